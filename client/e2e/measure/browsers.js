// The browsers that are measured, with a fake camera and microphone, driven by puppeteer.

import puppeteer from 'puppeteer-core';
import { ARGUMENTS, EXECUTABLE } from '../harness/chromium.js';

const FIREFOX = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.peerconnection.ice.loopback': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'media.autoplay.default': 0,
};

/** Starts 'chromium' or 'firefox'; the environment's CHROMIUM and FIREFOX name other binaries. */
export function launch(name) {
  if (name === 'firefox') {
    return puppeteer.launch({
      browser: 'firefox',
      executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr',
      extraPrefsFirefox: FIREFOX,
    });
  }
  return puppeteer.launch({ executablePath: EXECUTABLE, args: ARGUMENTS });
}
