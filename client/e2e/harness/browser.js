// Debian's Chromium with a fake camera and microphone, and what tests do in it.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { ARGUMENTS, EXECUTABLE } from './chromium.js';

const POLL = 50; // ms

export const OUT = fileURLToPath(new URL('../out/', import.meta.url));

/** Starts a browser, with further arguments; CHROMIUM names another one. The caller closes it. */
export function launch(further = []) {
  return chromium.launch({ executablePath: EXECUTABLE, args: ['--headless', ...ARGUMENTS, ...further] });
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

/**
 * Waits until `probe`, run in the page with `argument`, is truthy; answers its value. A probe may be asynchronous, which
 * page.waitForFunction takes for truthy.
 */
export async function until(page, probe, argument, { timeout = 15_000 } = {}) {
  for (const deadline = Date.now() + timeout; ; await pause(POLL)) {
    const value = await page.evaluate(probe, argument);
    if (value) {
      return value;
    }
    assert.ok(Date.now() < deadline, `not within ${timeout} ms: ${probe} of ${JSON.stringify(argument)}`);
  }
}

export async function screenshot(page, name) {
  mkdirSync(OUT, { recursive: true });
  return page.screenshot({ path: `${OUT}${name}.png` });
}
