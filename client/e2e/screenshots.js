// Makes the pictures of the call page in docs/images: `npm run shots`. The page is the real one, its people are painted
// (client/page/gallery.ts), so that every run gives the same picture of a call with as many people as it shall have.

import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { launch, until } from './harness/browser.js';
import { serveGallery } from './harness/gallery.js';

const IMAGES = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

const SHOTS = [
  { name: 'lobby', viewport: DESK, parameters: { people: 1, lobby: 1, theme: 'light' } },
  { name: 'call-1', viewport: DESK, parameters: { people: 1 } },
  { name: 'call-2', viewport: DESK, parameters: { people: 2, calm: 1 } },
  { name: 'call-5', viewport: DESK, parameters: { people: 5, calm: 1, chat: 1 } },
  { name: 'call-9', viewport: DESK, parameters: { people: 9, theme: 'light' } },
  { name: 'call-25', viewport: DESK, parameters: { people: 25, size: '320x180' } },
  { name: 'call-speaker', viewport: DESK, parameters: { people: 8, layout: 'speaker', theme: 'light' } },
  { name: 'call-screen', viewport: DESK, parameters: { people: 7, screen: 1, calm: 1, theme: 'light' } },
  { name: 'call-phone', viewport: PHONE, parameters: { people: 6 } },
];
const SETTLED = 1_500; // ms after the last first picture, for what fades in

const [browser, gallery] = await Promise.all([launch(), serveGallery()]);
try {
  mkdirSync(IMAGES, { recursive: true });
  for (const shot of SHOTS) {
    await take(shot);
  }
} finally {
  await Promise.all([browser.close(), gallery.close()]);
}

async function take({ name, viewport, parameters }) {
  const context = await browser.newContext({ viewport, reducedMotion: 'reduce', deviceScaleFactor: viewport === PHONE ? 2 : 1 });
  const page = await context.newPage();
  page.on('pageerror', (error) => {
    throw error;
  });
  await page.goto(gallery.url({ page: 1, ...parameters }));
  await until(page, () => globalThis.gallery && document.querySelectorAll('.tile.connecting:not([hidden])').length === 0, undefined, { timeout: 60_000 });
  await page.waitForTimeout(SETTLED);
  await page.evaluate(() => document.activeElement.blur());
  await page.screenshot({ path: `${IMAGES}${name}.jpg`, type: 'jpeg', quality: 86 });
  await context.close();
}
