// A call over a bad link: the server, a synthetic publisher and a control viewer in one network namespace, the viewer whose
// link is bad in another. Both watch the same stream in Chromium, and Chromium says how it was.

import { spawn } from 'node:child_process';
import { emulate } from './emulator.js';
import { binary } from './server.js';
import { launchIn, makeNamespaces, serveIn } from './namespaces.js';
import { meet, openSDK, watch } from './sdk-site.js';

const HERE = 'linkA';
const THERE = 'linkB';
export const SERVER = 'http://10.88.0.1:8080';

/** Makes it all; the link is perfect at first. `publisher` are further arguments of `atrium load`. */
export async function linkedCall(t, publisher = []) {
  makeNamespaces(t, HERE, THERE);
  const link = await emulate(t, HERE, THERE);
  await serveIn(t, HERE);
  startPublisher(t, publisher);
  const [here, there] = [await launchIn(t, HERE, SERVER), await launchIn(t, THERE, SERVER)];
  return { link, here, there };
}

/** One person of 1280x720 in three sizes, with sound, in room hall-1. */
function startPublisher(t, further) {
  const child = spawn('ip', [
    ...['netns', 'exec', HERE, binary(), 'load', '--url', `${SERVER.replace('http', 'ws')}/room`, '--room-name', 'hall'],
    ...['--rooms', '1', '--publishers', '1', '--subscribers', '0', '--no-publishers-receive', '--simulcast'],
    ...['--duration', '1h', '--json', '/dev/null', ...further],
  ]);
  t.after(() => child.kill());
}

/** A page of the SDK in a browser, on the origin of the server and with nothing on it. */
export async function blank(browser) {
  const page = await (await browser.createBrowserContext()).newPage();
  await page.setViewport({ width: 1280, height: 720 });
  await openSDK(page, SERVER);
  return page;
}

/** Watches the room large; the page is ready when the first picture was shown. Answers how long that took, in ms. */
export async function view(page, user) {
  const began = await page.evaluate(() => performance.now());
  await watch(page, { url: SERVER }, { room: 'hall-1', user, width: 1280, height: 720 });
  const shown = await page.evaluate(
    () =>
      new Promise((resolve) => {
        const look = () => {
          const video = document.querySelector('video');
          video ? video.requestVideoFrameCallback(() => resolve(performance.now())) : setTimeout(look, 5);
        };
        look();
      }),
  );
  return shown - began;
}

/** Publishes camera and microphone of the browser, a small picture; for what a synthetic publisher does not send (RED). */
export const speak = (page, user) => meet(page, { url: SERVER }, { room: 'hall-1', user, capture: { width: 320, height: 180 } });

/**
 * What a page has received so far: for the largest picture {height, frames, freezes, frozen (s), lost, nacks, repairs,
 * pauses, octets}, for each sound {concealed, samples}.
 */
export const received = (page) =>
  page.evaluate(async () => {
    const reports = [];
    for (const connection of globalThis.connections) {
      reports.push(...[...(await connection.getStats()).values()].filter(({ type }) => type === 'inbound-rtp'));
    }
    const video = reports.filter(({ kind }) => kind === 'video').sort((a, b) => (b.frameHeight ?? 0) - (a.frameHeight ?? 0))[0] ?? {};
    return {
      at: performance.now(),
      height: video.frameHeight ?? 0,
      frames: video.framesDecoded ?? 0,
      freezes: video.freezeCount ?? 0,
      frozen: video.totalFreezesDuration ?? 0,
      lost: video.packetsLost ?? 0,
      packets: video.packetsReceived ?? 0,
      nacks: video.nackCount ?? 0,
      plis: video.pliCount ?? 0,
      repairs: video.retransmittedPacketsReceived ?? 0,
      octets: video.bytesReceived ?? 0,
      dropped: video.framesDropped ?? 0,
      buffer: video.jitterBufferDelay / video.jitterBufferEmittedCount,
      sounds: reports
        .filter(({ kind, codecId }) => kind === 'audio' && codecId)
        .map(({ concealedSamples: concealed, totalSamplesReceived: samples }) => ({ concealed, samples })),
    };
  });

/** What happened between two looks of one page. */
export function between(before, after) {
  const seconds = (after.at - before.at) / 1000;
  const sound = after.sounds.map(({ concealed, samples }, i) => {
    const from = before.sounds[i] ?? { concealed: 0, samples: 0 };
    return (concealed - from.concealed) / (samples - from.samples || 1);
  });
  const grown = (name) => after[name] - before[name];
  return {
    seconds,
    freezes: grown('freezes'),
    perMinute: (60 * grown('freezes')) / seconds,
    frozen: grown('frozen') / seconds,
    fps: grown('frames') / seconds,
    kbps: (8 * grown('octets')) / 1000 / seconds,
    lost: grown('lost') / (grown('lost') + grown('packets') || 1),
    repaired: grown('repairs') / (grown('lost') || 1),
    keyframes: grown('plis'),
    concealed: sound,
  };
}
