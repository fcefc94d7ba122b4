// A viewer whose link becomes narrow and wide again (R5): what it sees, and what one on a wide link in the same room
// sees meanwhile. The server, the publisher and the control viewer are in one network namespace, the viewer in another,
// with an emulated link between them (internal/emulator). Needs root. See README.md.
//
//   node narrow.js [--kbps 400] [--wide 8000] [--narrow-seconds 30] [--queue-ms 500] [--delay-ms 20] [--out samples.json]

import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { OUT } from '../harness/browser.js';
import { emulate } from '../harness/emulator.js';
import { inside, launchIn, makeNamespaces, serveIn } from '../harness/namespaces.js';

const { values } = parseArgs({
  options: {
    kbps: { type: 'string', default: '400' },
    wide: { type: 'string', default: '8000' },
    'narrow-seconds': { type: 'string', default: '30' },
    'queue-ms': { type: 'string', default: '500' },
    'delay-ms': { type: 'string', default: '20' },
    'wide-seconds': { type: 'string', default: '20' },
    size: { type: 'string', default: '1280x720' },
    out: { type: 'string' },
  },
});
const SAMPLE = 250; // ms
const HERE = 'relA';
const THERE = 'relB';
const SERVER = 'http://10.88.0.1:8080';
const cleanup = [];
const t = { after: (end) => cleanup.push(end) };
let emulator;

/** Two namespaces and the link between them. */
async function network() {
  makeNamespaces(t, HERE, THERE);
  emulator = await emulate(t, HERE, THERE, link(values.wide));
  await emulator.set('a', { delay: `${values['delay-ms']}ms` });
}

const link = (kbps) => ({
  rate: 1000 * Number(kbps),
  delay: `${values['delay-ms']}ms`,
  queue: Math.round((Number(kbps) / 8) * Number(values['queue-ms'])),
});

const setLink = (kbps) => emulator.set('b', link(kbps));

const metrics = () =>
  Object.fromEntries(
    inside(HERE, 'curl', '-s', 'http://127.0.0.1:8081/metrics')
      .split('\n')
      .filter((line) => line && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );

async function join(from, name, query = '') {
  const page = await (await from.createBrowserContext()).newPage();
  await page.setViewport({ width: 1280, height: 800 });
  await page.evaluateOnNewDocument(() => {
    const Original = globalThis.RTCPeerConnection;
    globalThis.connections = [];
    globalThis.RTCPeerConnection = class extends Original {
      constructor(...options) {
        super(...options);
        globalThis.connections.push(this);
      }
    };
  });
  await page.goto(`${SERVER}/?room=narrow&name=${name}&size=${values.size}${query}`);
  await page.waitForFunction(() => document.getElementById('preview').videoWidth > 0);
  await page.click('#joinBtn');
  await page.waitForFunction(() => globalThis.atrium.state === 'joined');
  return page;
}

/** What a page gets of ann's picture. */
const sample = (page) =>
  page.evaluate(async () => {
    const shown = document.getElementById('native-video-ann_webcam')?.srcObject?.getVideoTracks()[0]?.id;
    for (const pc of globalThis.connections) {
      if (pc.connectionState !== 'connected') {
        continue;
      }
      const video = [...(await pc.getStats()).values()].find((s) => s.type === 'inbound-rtp' && s.kind === 'video' && s.trackIdentifier === shown);
      if (!video) {
        continue;
      }
      return {
        height: video.frameHeight ?? 0, frames: video.framesDecoded, octets: video.bytesReceived,
        freezes: video.freezeCount, frozen: video.totalFreezesDuration, paused: document.querySelector('[data-user=ann] .tile-status')?.textContent,
      };
    }
    return null;
  });

try {
  await network();
  await serveIn(t, HERE);
  const [home, away] = [await launchIn(t, HERE, SERVER), await launchIn(t, THERE, SERVER)];
  await join(home, 'ann');
  const control = await join(home, 'carl');
  const viewer = await join(away, 'bob');
  await Promise.all([control, viewer].map((page) => page.click('#camera'))); // one picture is enough for two processors
  const began = Date.now();
  const rows = [];
  const watch = async (seconds) => {
    for (const end = Date.now() + seconds * 1000; Date.now() < end; await pause(SAMPLE)) {
      const [v, c] = await Promise.all([sample(viewer), sample(control)]);
      rows.push({ at: (Date.now() - began) / 1000, viewer: v, control: c });
    }
  };
  const now = () => (Date.now() - began) / 1000;
  await watch(Number(values['wide-seconds']));
  const fell = now();
  await setLink(values.kbps);
  await watch(Number(values['narrow-seconds']));
  await viewer.screenshot({ path: `${OUT}narrow.png` });
  const healed = now();
  await setLink(values.wide);
  await watch(Number(values['wide-seconds']));
  report(rows, fell, healed);
  const m = metrics();
  console.log(Object.entries(m).filter(([name]) => /pause|probe|padding|estimat|abandon|retransmitted/.test(name)));
  if (values.out) {
    writeFileSync(values.out, JSON.stringify({ rows, fell, healed }));
  }
} finally {
  for (const end of cleanup.reverse()) {
    await end();
  }
}

/** When the layer went down and up again, and how long the picture stood still. */
function report(all, fell, healed) {
  const rows = all.filter((r) => r.viewer && r.control);
  const before = rows.filter((r) => r.at < fell).at(-1).viewer;
  const at = (when) => rows.find((r) => r.at >= when);
  const lower = rows.find((r) => r.at > fell && r.viewer && r.viewer.height < before.height && r.viewer.height > 0);
  const back = rows.find((r) => r.at > healed && r.viewer && r.viewer.height >= before.height);
  const last = rows.filter((r) => r.at < healed).at(-1);
  const frozen = (who, from, to) => (to[who].frozen - from[who].frozen).toFixed(2);
  const freezes = (who, from, to) => to[who].freezes - from[who].freezes;
  const end = rows.at(-1);
  console.log(`before: ${before.height} lines, ${before.freezes} freezes of ${before.frozen.toFixed(2)} s`);
  console.log(`lower layer ${lower ? `(${lower.viewer.height} lines) after ${(lower.at - fell).toFixed(2)} s` : 'never'}`);
  console.log(`narrow: ${freezes('viewer', at(fell), last)} freezes, ${frozen('viewer', at(fell), last)} s frozen; ${last.viewer.height} lines at its end`);
  console.log(`back ${back ? `after ${(back.at - healed).toFixed(2)} s` : 'never'}; ${freezes('viewer', last, end)} freezes, ${frozen('viewer', last, end)} s frozen since`);
  console.log(`control: ${end.control.freezes - (at(5).control?.freezes ?? 0)} freezes, ${end.control.height} lines`);
  for (let t = 0; t < end.at; t += 2) {
    const [a, b] = [at(t), at(t + 2)];
    if (a?.viewer && b?.viewer) {
      const rate = ((b.viewer.octets - a.viewer.octets) * 8) / 1000 / (b.at - a.at);
      console.log(`${t} s: ${b.viewer.height} lines, ${rate.toFixed(0)} kbit/s, ${((b.viewer.frames - a.viewer.frames) / (b.at - a.at)).toFixed(0)} fps, ${b.viewer.paused ?? ''}`);
    }
  }
}
