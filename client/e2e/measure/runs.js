// How long the runs are in which the server gives media to the kernel, when a browser publishes: builds of the server
// by turns, one publisher of 1280x720 and some viewers, each codec.

import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { serve } from '../harness/server.js';
import { launch } from './browsers.js';
import { servePages } from './pages.js';

const { values: options } = parseArgs({
  options: {
    servers: { type: 'string' }, // paths of binaries, with commas between
    codecs: { type: 'string', default: 'vp8,vp9,h264,av1' },
    rounds: { type: 'string', default: '3' }, // of each
    viewers: { type: 'string', default: '4' },
    seconds: { type: 'string', default: '12' },
  },
});

/** The server's counters of its send queues. */
async function queues(server) {
  const text = await (await fetch(`${server.operator}/metrics`)).text();
  const value = (name) => Number(new RegExp(`^atrium_media_queue_${name}_total (\\S+)$`, 'm').exec(text)[1]);
  return { datagrams: value('datagrams'), messages: value('messages'), segmented: value('segmented'), octets: value('bytes') };
}

async function open(browser, url) {
  const page = await browser.newPage();
  await page.goto(url);
  return page;
}

/** One round: mean run length, and the octets of a datagram. */
async function round(binary, codec, browser, pageUrl) {
  const cleanup = [];
  process.env.ATRIUM_BIN = binary;
  const server = await serve({ after: (end) => cleanup.push(end) });
  const there = { url: `${server.url.replace('http', 'ws')}/room`, room: 'measure' };
  const [host, audience] = [await open(browser, pageUrl), await open(browser, pageUrl)];
  try {
    await host.evaluate(() => globalThis.openMedia({ width: 1280, height: 720 }));
    await host.evaluate((options) => globalThis.host(options), { ...there, user: 'host', codec });
    for (let i = 0; i < Number(options.viewers); i++) {
      const stays = { ...there, user: `viewer${i}`, sender: 'host', stay: 1e6 };
      audience.evaluate((options) => globalThis.watch(options), stays).catch(() => {}); // ends with the page
    }
    await pause(8000); // the publisher's estimate of its uplink grows
    const before = await queues(server);
    await pause(Number(options.seconds) * 1000);
    const after = await queues(server);
    const grown = (name) => after[name] - before[name];
    return {
      run: grown('datagrams') / grown('messages'),
      segmented: grown('segmented') / grown('datagrams'),
      octets: grown('octets') / grown('datagrams'),
      rate: grown('datagrams') / Number(options.seconds) / Number(options.viewers),
    };
  } finally {
    await Promise.all([host.close(), audience.close()]);
    for (const end of cleanup) {
      await end();
    }
  }
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

const pages = await servePages();
const browser = await launch('chromium');
const results = new Map();
try {
  for (let i = 0; i < Number(options.rounds); i++) {
    for (const codec of options.codecs.split(',')) {
      for (const binary of options.servers.split(',')) {
        const key = `${codec} | ${binary}`;
        results.set(key, [...(results.get(key) ?? []), await round(binary, codec, browser, pages.url)]);
        process.stderr.write(`round ${i + 1}, ${key}: ${JSON.stringify(results.get(key).at(-1))}\n`);
      }
    }
  }
} finally {
  await browser.close();
  pages.close();
}
console.log('| codec | server | run | least | most | in runs | octets | packets/s to each |\n|---|---|---|---|---|---|---|---|');
for (const [key, rounds] of results) {
  const of = (name) => rounds.map((figures) => figures[name]);
  const [run, share, octets, rate] = ['run', 'segmented', 'octets', 'rate'].map((name) => median(of(name)));
  const spread = `${Math.min(...of('run')).toFixed(2)} | ${Math.max(...of('run')).toFixed(2)}`;
  console.log(`| ${key} | ${run.toFixed(2)} | ${spread} | ${(100 * share).toFixed(0)} % | ${octets.toFixed(0)} | ${rate.toFixed(0)} |`);
}
