// What it costs to show people small, and how soon one is sharp when it is shown large.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { launch, openPage, until } from '../harness/browser.js';
import { startLoad } from '../harness/load.js';
import { serveSDK, watch } from '../harness/sdk-site.js';
import { serve } from '../harness/server.js';

const PEOPLE = 9;
const LARGE = { width: 1280, height: 720 };
const SMALL = { width: 160, height: 90 };
const MEASURED = 8_000; // ms

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** Waits until all pictures have that width. */
const allHave = (page, width) =>
  until(
    page,
    ([count, wanted]) => {
      const videos = [...document.querySelectorAll('video')];
      return videos.length === count && videos.every((video) => video.videoWidth === wanted);
    },
    [PEOPLE, width],
    { timeout: 40_000 },
  );

/** The octets of pictures that have come. */
const received = (page) =>
  page.evaluate(async () => {
    let sum = 0;
    for (const connection of globalThis.connections) {
      for (const report of (await connection.getStats()).values()) {
        if (report.type === 'inbound-rtp' && report.kind === 'video') {
          sum += report.bytesReceived;
        }
      }
    }
    return sum;
  });

/** The kbit/s of all pictures together. */
async function bandwidth(page) {
  const [before, from] = [await received(page), performance.now()];
  await pause(MEASURED);
  return (8 * ((await received(page)) - before)) / (performance.now() - from);
}

const resize = (page, size, user = '') =>
  page.evaluate(
    ([box, one]) => {
      for (const video of document.querySelectorAll('video')) {
        if (!one || video.id === one) {
          Object.assign(video, box);
        }
      }
    },
    [size, user],
  );

test('nine people as thumbnails take less than a third of what they take large, and one that is enlarged is sharp within a second', async (t) => {
  const server = await serve(t);
  const site = await serveSDK(t, server);
  startLoad(t, server, [
    ...['--rooms', '1', '--publishers', String(PEOPLE), '--subscribers', '0', '--no-publishers-receive', '--no-audio'],
    ...['--simulcast', '--fps', '10', '--ramp', '1s', '--duration', '5m', '--room-name', 'hall'],
  ]);
  const page = await openPage(browser, site, { viewport: { width: 3 * LARGE.width, height: 3 * LARGE.height } });
  await watch(page, server, { room: 'hall-1', user: 'viewer', ...LARGE });
  await allHave(page, LARGE.width);
  const large = await bandwidth(page);

  await resize(page, SMALL);
  await allHave(page, 320); // the smallest that is published
  const small = await bandwidth(page);
  t.diagnostic(`${PEOPLE} pictures: ${Math.round(large)} kbit/s large, ${Math.round(small)} small: ${(small / large).toFixed(3)}`);
  assert.ok(small < large / 3, `${small} kbit/s of ${large}`);

  const waits = [];
  for (const user of await page.$$eval('video', (videos) => videos.slice(0, 5).map(({ id }) => id))) {
    const from = performance.now();
    await resize(page, LARGE, user);
    await until(page, (id) => document.getElementById(id).videoWidth === 1280, user);
    waits.push(Math.round(performance.now() - from));
    await resize(page, SMALL, user);
    await until(page, (id) => document.getElementById(id).videoWidth === 320, user);
  }
  t.diagnostic(`sharp after ${waits.join(', ')} ms`);
  const median = waits.sort((a, b) => a - b)[2];
  assert.ok(median <= 1_000, `sharp after ${waits} ms`);

  await page.evaluate(() => globalThis.room.leave());
});
