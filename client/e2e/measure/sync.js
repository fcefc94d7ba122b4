// What a real call through the page looks like to Chromium: ciphers, the way it goes, and whether sound and picture
// stay together. See README.md.

import { setTimeout as pause } from 'node:timers/promises';
import { serve } from '../harness/server.js';
import { launch } from './browsers.js';

const SECONDS = 20;
const cleanup = [];

async function join(browser, server, name) {
  const page = await browser.newPage();
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
  await page.goto(`${server.url}/?room=sync&name=${name}&size=640x360`);
  await page.waitForFunction(() => document.getElementById('preview').videoWidth > 0);
  await page.click('#joinBtn');
  await page.waitForFunction(() => globalThis.atrium.state === 'joined');
  return page;
}

/** Statistics of the receiving connection of the page: the one with inbound picture. */
function sample(page) {
  return page.evaluate(async () => {
    for (const pc of globalThis.connections) {
      const stats = [...(await pc.getStats()).values()];
      const inbound = (kind) => stats.find((s) => s.type === 'inbound-rtp' && s.kind === kind);
      const [audio, video] = [inbound('audio'), inbound('video')];
      if (!video) {
        continue;
      }
      const transport = stats.find((s) => s.type === 'transport');
      const pair = stats.find((s) => s.id === transport.selectedCandidatePairId);
      const of = (id) => stats.find((s) => s.id === id);
      return {
        srtp: transport.srtpCipher,
        dtls: `${transport.tlsVersion} ${transport.dtlsCipher}`,
        role: transport.dtlsRole,
        local: of(pair.localCandidateId),
        remote: of(pair.remoteCandidateId),
        rtt: pair.currentRoundTripTime * 1000,
        apart: audio?.estimatedPlayoutTimestamp && video.estimatedPlayoutTimestamp
          ? video.estimatedPlayoutTimestamp - audio.estimatedPlayoutTimestamp
          : null,
        frames: video.framesDecoded,
        freezes: video.freezeCount,
        lost: audio.packetsLost + video.packetsLost,
        concealed: audio.concealedSamples,
      };
    }
    return null;
  });
}

const describe = ({ protocol, address, port, candidateType }) => `${protocol} ${address}:${port} ${candidateType}`;

try {
  const server = await serve({ after: (end) => cleanup.push(end) });
  const browser = await launch('chromium');
  cleanup.push(() => browser.close());
  const pages = [await join(browser, server, 'ann'), await join(browser, server, 'bob')];
  const apart = [[], []];
  let last = [];
  for (let second = 0; second < SECONDS; second++) {
    await pause(1000);
    last = await Promise.all(pages.map(sample));
    last.forEach((s, i) => s?.apart !== null && s && apart[i].push(s.apart));
  }
  last.forEach((s, i) => {
    const sorted = apart[i].toSorted((a, b) => a - b);
    const [least, median, most] = [sorted.at(0), sorted[sorted.length >> 1], sorted.at(-1)];
    console.log(`${['ann', 'bob'][i]}: SRTP ${s.srtp}; DTLS ${s.dtls} as ${s.role}`);
    console.log(`  ${describe(s.local)} -> ${describe(s.remote)}, round trip ${s.rtt.toFixed(1)} ms`);
    console.log(`  ${s.frames} frames, ${s.freezes} freezes, ${s.lost} packets lost, ${s.concealed} samples concealed`);
    console.log(`  picture minus sound, ms: least ${least}, median ${median}, most ${most} of ${sorted.length} samples`);
    console.log(`  in order: ${apart[i].map((ms) => ms.toFixed(0)).join(' ')}`);
  });
} finally {
  for (const end of cleanup.reverse()) {
    await end();
  }
}
