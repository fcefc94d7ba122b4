// How soon newcomers to a busy room see a picture, and how many keyframes they cost its publisher: two builds of the
// server, by turns, in Chromium.

import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { serve } from '../harness/server.js';
import { launch } from './browsers.js';
import { servePages } from './pages.js';
import { row, table } from './table.js';

const { values: options } = parseArgs({
  options: {
    servers: { type: 'string' }, // paths of two binaries, with a comma between
    rounds: { type: 'string', default: '6' }, // of each
    viewers: { type: 'string', default: '10' }, // in a round
    every: { type: 'string', default: '250' }, // ms between two who come
  },
});

async function open(browser, url) {
  const page = await browser.newPage();
  await page.goto(url);
  return page;
}

/** One round: a server, a publisher, somebody who watches already, and the newcomers. */
async function round(binary, browser, pageUrl) {
  const cleanup = [];
  process.env.ATRIUM_BIN = binary;
  const server = await serve({ after: (end) => cleanup.push(end) });
  const there = { url: `${server.url.replace('http', 'ws')}/room`, room: 'measure' };
  const [host, audience] = [await open(browser, pageUrl), await open(browser, pageUrl)];
  try {
    await host.evaluate(() => globalThis.openMedia());
    await host.evaluate((options) => globalThis.host(options), { ...there, user: 'host' });
    const stays = { ...there, user: 'early', sender: 'host', stay: 1e6 };
    audience.evaluate((options) => globalThis.watch(options), stays).catch(() => {}); // ends with the page
    await pause(3000);
    const before = await host.evaluate(() => globalThis.keyframes());
    const waits = [];
    for (let i = 0; i < Number(options.viewers); i++) {
      const viewer = { ...there, user: `viewer${i}`, sender: 'host', stay: 3000 };
      waits.push(audience.evaluate((options) => globalThis.watch(options), viewer));
      await pause(Number(options.every));
    }
    const pictures = await Promise.all(waits);
    return { pictures, keyframes: (await host.evaluate(() => globalThis.keyframes())) - before };
  } finally {
    await Promise.all([host.close(), audience.close()]);
    for (const end of cleanup) {
      await end();
    }
  }
}

const binaries = options.servers.split(',');
const pages = await servePages();
const browser = await launch('chromium');
const results = new Map(binaries.map((binary) => [binary, { pictures: [], keyframes: [] }]));
try {
  for (let i = 0; i < Number(options.rounds); i++) {
    for (const binary of i % 2 ? binaries : binaries.toReversed()) {
      const { pictures, keyframes } = await round(binary, browser, pages.url);
      results.get(binary).pictures.push(...pictures);
      results.get(binary).keyframes.push(keyframes);
    }
  }
} finally {
  await browser.close();
  pages.close();
}
const rows = [...results].flatMap(([binary, { pictures, keyframes }]) => [
  row([binary, 'ms from the connection to the picture'], pictures),
  row([binary, 'keyframes of the publisher in a round'], keyframes),
]);
console.log(table(['server', 'figure'], rows));
