// Firefox under Playwright's names: Playwright cannot drive Debian's, puppeteer can, so its pages get a thin coat with the
// few methods that openPage, until and Participant call.

import puppeteer from 'puppeteer-core';
import { EXECUTABLE, PREFERENCES } from './firefox.js';

// What certainOfItsUplink is for Chromium, in kbit/s.
const CERTAIN_OF_ITS_UPLINK = {
  'media.peerconnection.video.start_bitrate': 3000,
  'media.peerconnection.video.min_bitrate_estimate': 3000,
};

/** Starts a browser for one page: Firefox counts every page but one as hidden. It is closed when `t` ends. */
export async function launchFirefox(t) {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: EXECUTABLE,
    extraPrefsFirefox: { ...PREFERENCES, ...CERTAIN_OF_ITS_UPLINK },
  });
  t.after(() => browser.close());
  const newContext = ({ viewport }) => ({
    newPage: async () => {
      const [page] = await browser.pages();
      await page.setViewport(viewport);
      return new Page(page);
    },
  });
  return { newContext };
}

class Page {
  #page;

  constructor(page) {
    this.#page = page;
  }

  on(event, listener) {
    this.#page.on(event, listener);
  }

  goto(url) {
    return this.#page.goto(url);
  }

  click(selector) {
    return this.#page.click(selector);
  }

  evaluate(run, argument) {
    return this.#page.evaluate(run, argument);
  }

  addInitScript(run) {
    return this.#page.evaluateOnNewDocument(run);
  }

  /** Writes in the place of what stands there. */
  async fill(selector, text) {
    await this.#page.$eval(selector, (field) => (field.value = ''));
    await this.#page.type(selector, text);
  }

  async press(selector, key) {
    await this.#page.focus(selector);
    await this.#page.keyboard.press(key);
  }

  isVisible(selector) {
    return this.#page.evaluate((wanted) => document.querySelector(wanted)?.checkVisibility() ?? false, selector);
  }

  waitForSelector(selector) {
    return this.#page.waitForSelector(selector);
  }

  $$eval(selector, run) {
    return this.#page.$$eval(selector, run);
  }

  reload() {
    return this.#page.reload();
  }

  screenshot(options) {
    return this.#page.screenshot(options);
  }
}
