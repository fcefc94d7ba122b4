// How long joining takes with ICE-lite and with full ICE, in Chromium and Firefox, against the real binary.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { serve } from '../harness/server.js';
import { launch } from './browsers.js';
import { servePages } from './pages.js';
import { relay } from './relay.js';
import { row, table } from './table.js';

const MODES = ['lite', 'full'];
const PAUSE = 1000; // ms between joins: a publisher is asked for keyframes only so often

const { values: options } = parseArgs({
  options: {
    joins: { type: 'string', default: '20' }, // of each mode
    rtt: { type: 'string', default: '0' }, // ms between client and server, 0 for none added
    browsers: { type: 'string', default: 'chromium,firefox' },
  },
});

async function freePort() {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}

async function open(browser, url) {
  const page = await browser.newPage();
  await page.goto(url);
  await page.evaluate(() => globalThis.openMedia());
  return page;
}

/** Starts a server for each mode, with someone in the room who publishes. */
async function prepare(cleanup, page) {
  const servers = {};
  for (const mode of MODES) {
    const port = await freePort();
    const server = await serve(
      { after: (end) => cleanup.push(end) },
      { ATRIUM_MEDIA_ICE_LITE: String(mode === 'lite'), ATRIUM_MEDIA_PORT: String(port) },
    );
    const url = `${server.url.replace('http', 'ws')}/room`;
    const via = Number(options.rtt) > 0 ? await relay(port, Number(options.rtt) / 2) : undefined;
    await page.evaluate((room) => globalThis.host(room), { url, room: 'measure', user: 'host' });
    servers[mode] = { url, relay: via };
  }
  return servers;
}

/** Joins by turns, so that whatever else the machine does falls on both modes. The first round warms up. */
async function measure(name, servers, pageUrl) {
  const browser = await launch(name);
  try {
    const page = await open(browser, pageUrl);
    const times = Object.fromEntries(MODES.map((mode) => [mode, []]));
    for (let round = 0; round <= Number(options.joins); round++) {
      for (const mode of round % 2 ? MODES : MODES.toReversed()) {
        const join = { ...servers[mode], room: 'measure', user: `${name}${round}`, sender: 'host' };
        try {
          const one = await page.evaluate((options) => globalThis.joinOnce(options), join);
          if (round > 0) {
            times[mode].push(one);
          }
        } catch (error) {
          console.error(`${name}, ${mode}, join ${round}: ${error.message}`); // the table's column "joins" lacks it
        }
        await pause(PAUSE);
      }
    }
    return times;
  } finally {
    await browser.close();
  }
}

const cleanup = [];
try {
  const pages = await servePages();
  cleanup.push(() => pages.close());
  const host = await launch('chromium');
  cleanup.push(() => host.close());
  const servers = await prepare(cleanup, await open(host, pages.url));
  const rows = [];
  for (const name of options.browsers.split(',')) {
    const times = await measure(name, servers, pages.url);
    for (const what of ['publish', 'receive', 'picture']) {
      for (const mode of MODES) {
        rows.push(row([name, what, mode], times[mode].map((one) => one[what])));
      }
    }
  }
  console.log(table(['client', 'ms from the offer to', 'ICE'], rows));
} finally {
  for (const end of cleanup.reverse()) {
    await end();
  }
}
process.exit(0); // the relay's sockets hold no work
