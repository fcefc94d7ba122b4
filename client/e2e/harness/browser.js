// Debian's Chromium with a fake camera and microphone, and what tests do in it.

import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { ARGUMENTS, EXECUTABLE } from './chromium.js';

export const OUT = fileURLToPath(new URL('../out/', import.meta.url));

/** Starts a browser; CHROMIUM names another one. The caller closes it. */
export function launch() {
  return chromium.launch({ executablePath: EXECUTABLE, args: ['--headless', ...ARGUMENTS] });
}

/**
 * Opens a page in a context (cookies, storage) of its own. Errors a person would only see in the console end up in
 * `page.problems`: uncaught exceptions and violations of the content policy.
 */
export async function openPage(browser, url, { viewport = { width: 1280, height: 800 }, prepare } = {}) {
  const context = await browser.newContext({ viewport });
  const page = await context.newPage();
  page.problems = [];
  page.on('pageerror', (error) => page.problems.push(String(error)));
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) {
      page.problems.push(message.text());
    }
  });
  await prepare?.(page);
  await page.goto(url);
  return page;
}

/** Waits until `probe`, run in the page with `argument`, is truthy; answers its value. */
export async function until(page, probe, argument, { timeout = 15_000 } = {}) {
  const handle = await page.waitForFunction(probe, argument, { timeout, polling: 50 });
  return handle.jsonValue();
}

export async function screenshot(page, name) {
  mkdirSync(OUT, { recursive: true });
  return page.screenshot({ path: `${OUT}${name}.png` });
}
