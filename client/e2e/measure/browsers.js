// The browsers that are measured, with a fake camera and microphone, driven by puppeteer.

import puppeteer from 'puppeteer-core';
import { ARGUMENTS, EXECUTABLE } from '../harness/chromium.js';
import * as firefox from '../harness/firefox.js';

/** Starts 'chromium' or 'firefox'; the environment's CHROMIUM and FIREFOX name other binaries. */
export function launch(name) {
  if (name === 'firefox') {
    return puppeteer.launch({
      browser: 'firefox',
      executablePath: firefox.EXECUTABLE,
      extraPrefsFirefox: firefox.PREFERENCES,
    });
  }
  return puppeteer.launch({ executablePath: EXECUTABLE, args: ARGUMENTS });
}
