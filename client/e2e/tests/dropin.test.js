// A page of 2016 that has changed its script tag: two of them, and a page of the SDK, on an origin of their own.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, openPage, until } from '../harness/browser.js';
import { serveDropin } from '../harness/dropin-site.js';
import { installed } from '../harness/firefox.js';
import { launchFirefox } from '../harness/puppeteer.js';
import { serve } from '../harness/server.js';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** Keeps the connections that the page makes from here on, in `peers`. */
function keepPeers() {
  const peers = (globalThis.peers = []);
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration) {
      super(configuration);
      peers.push(this);
    }
  };
}

/** Opens the old page, fills in its form and presses its button, after `first`. */
async function enter(site, name, { from = browser, fragment = '', first } = {}) {
  const page = await openPage(from, `${site}${fragment}`);
  await first?.();
  await page.evaluate(keepPeers);
  await page.evaluate((user) => {
    document.getElementById('name').value = user;
    document.getElementById('roomName').value = 'hall';
  }, name);
  await page.click('#joinBtn');
  return page;
}

async function join(site, name, options) {
  const page = await enter(site, name, options);
  await heard(page, 'stream-published', `${name}_webcam`, options?.timeout);
  return page;
}

async function joinBySDK(site, name) {
  const page = await openPage(browser, `${site}sdk.html?room=hall&name=${name}`, { prepare: (made) => made.addInitScript(keepPeers) });
  await until(page, () => globalThis.page?.joined, undefined, { timeout: 20_000 });
  return page;
}

/** Waits until the old page was told an event with that payload. */
const heard = (page, name, payload, timeout = 20_000) =>
  until(page, (wanted) => globalThis.notes.events.some((event) => JSON.stringify(event) === wanted), JSON.stringify([name, payload]), { timeout });

const events = (page, ...names) =>
  page.evaluate((wanted) => globalThis.notes.events.filter(([name]) => wanted.includes(name)), names);

/** Waits until the picture in the video of that id has changed. */
const moves = (page, id) =>
  until(
    page,
    (wanted) => {
      const video = document.getElementById(wanted);
      if (!video?.videoWidth) {
        return false;
      }
      const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 36 });
      const context = canvas.getContext('2d');
      context.drawImage(video, 0, 0, 64, 36);
      const picture = context.getImageData(0, 0, 64, 36).data.join();
      video.pictures = (video.pictures ?? new Set()).add(picture);
      return video.pictures.size >= 5;
    },
    id,
    { timeout: 30_000 },
  );

/**
 * Waits until sound comes out of the video of that id: the fake microphone beeps once a second. (Where there is no loudspeaker
 * Firefox's AudioContext does not run, so the connection is asked.)
 */
const sounds = (page, id) =>
  until(
    page,
    async (wanted) => {
      const video = document.getElementById(wanted);
      const [track] = video?.srcObject?.getAudioTracks() ?? [];
      if (!track || video.muted || video.paused) {
        return false;
      }
      const reports = await Promise.all(globalThis.peers.map((peer) => peer.getStats()));
      return reports
        .flatMap((report) => [...report.values()])
        .some(({ type, trackIdentifier, totalAudioEnergy }) => type === 'inbound-rtp' && trackIdentifier === track.id && totalAudioEnergy > 0);
    },
    id,
    { timeout: 30_000 },
  );

async function meet(t, from) {
  const server = await serve(t);
  const site = await serveDropin(t, server);
  const olga = await join(site, 'olga', { from });
  const ann = await joinBySDK(site, 'ann');
  const otto = await join(site, 'otto');

  for (const [page, others] of [[olga, ['otto', 'ann']], [otto, ['olga', 'ann']]]) {
    for (const name of others) {
      await moves(page, `native-video-${name}_webcam`);
      await sounds(page, `native-video-${name}_webcam`);
    }
  }
  await moves(olga, 'native-video-olga_webcam'); // one's own camera
  for (const name of ['olga_webcam', 'otto_webcam']) {
    await moves(ann, name);
    await sounds(ann, name);
  }
  await heard(olga, 'participant-joined', 'otto');
  await heard(olga, 'participant-published', 'otto');
  await heard(olga, 'stream-added', 'otto_webcam');
  await heard(olga, 'stream-subscribed', 'otto_webcam');
  await heard(otto, 'stream-subscribed', 'olga_webcam');
  assert.deepEqual((await events(otto, 'room-connected'))[0][1].sort(), ['ann', 'olga']);
  assert.deepEqual(await events(olga, 'error-media', 'error-room'), []);
  return { server, site, olga, otto, ann };
}

const chat = (page) => page.evaluate(() => [...document.querySelectorAll('#chat li')].map((line) => line.textContent));

async function talkAndLeave({ olga, otto, ann }) {
  await olga.evaluate(() => void (document.getElementById('message').value = '<i>good day</i>'));
  await olga.click('#buttonSend');
  await until(ann, () => globalThis.page.said.includes('olga: <i>good day</i>'));
  await ann.evaluate(() => globalThis.page.room.sendChat('hello'));
  await until(otto, () => document.querySelectorAll('#chat li').length === 2);
  assert.deepEqual(await chat(otto), ['olga: <i>good day</i>', 'ann: hello']);

  await olga.evaluate(() => globalThis.localStream.sendData('a word')); // the third thing that the old client could send
  await until(ann, () => globalThis.page.said.includes('olga sent a word'));

  await heard(otto, 'stream-speaking', 'ann_webcam', 40_000);
  await until(otto, () => globalThis.notes.events.some(([name]) => name === 'update-main-speaker'), undefined, { timeout: 20_000 });

  // A muted microphone and a camera that is off are marks for who can show them.
  await olga.click('#buttonMute');
  await olga.click('#buttonVideo');
  await until(ann, () => {
    const { audioOff, videoOff } = globalThis.page.room.participants.get('olga').publications.get('webcam');
    return audioOff && videoOff;
  });

  // Thumbnails are there once, the one that was clicked is also large, and both leave with who was in them.
  await otto.evaluate(() => document.getElementById('video-olga_webcam').click());
  const elements = (page) => page.evaluate(() => [...document.querySelectorAll('video')].map(({ id }) => id).sort());
  assert.deepEqual(await elements(otto), ['ann', 'olga', 'olga', 'otto'].map((name) => `native-video-${name}_webcam`));
  await olga.click('#buttonLeaveRoom');
  await heard(otto, 'participant-left', 'olga');
  await heard(otto, 'stream-removed', 'olga_webcam');
  assert.deepEqual(await elements(otto), ['ann', 'otto', 'otto'].map((name) => `native-video-${name}_webcam`));
  await until(ann, () => !globalThis.page.room.participants.has('olga'));
  assert.ok(await olga.evaluate(() => globalThis.localStream.getWrStream().getTracks().every(({ readyState }) => readyState === 'ended')));
  for (const page of [olga, otto, ann]) {
    assert.deepEqual(page.problems, []);
  }
}

test('two pages of 2016 and one of the SDK see and hear each other, chat, speak and leave', async (t) => {
  const people = await meet(t);
  await talkAndLeave(people);
  await Promise.all([people.olga, people.otto, people.ann].map((page) => page.context().close()));
});

test('one of them in Firefox', { skip: !installed && 'no firefox-esr' }, async (t) => {
  const people = await meet(t, await launchFirefox(t));
  await talkAndLeave(people);
  await Promise.all([people.otto, people.ann].map((page) => page.context().close()));
});

test('a taken name, a disconnected stream, an eviction and a dead server are told as ever', async (t) => {
  const server = await serve(t);
  const site = await serveDropin(t, server);
  const olga = await join(site, 'olga', { fragment: '#loopback' });
  await heard(olga, 'stream-subscribed', 'olga_webcam'); // one's own, from the camera
  const other = await enter(site, 'olga');
  await heard(other, 'error-room', 104);
  await other.context().close();

  const otto = await join(site, 'otto');
  await moves(otto, 'native-video-olga_webcam');
  await otto.evaluate(() => document.getElementById('video-olga_webcam').click());
  await otto.click('#buttonDisconnect');
  await until(otto, () => !globalThis.kurento.sdk.participants.get('olga').publications.get('webcam').subscription);
  assert.equal(await otto.evaluate(() => document.getElementById('native-video-olga_webcam')), null);
  await olga.evaluate(() => document.getElementById('video-olga_webcam').click());
  await olga.click('#buttonDisconnect');
  await until(otto, () => globalThis.kurento.sdk.participants.get('olga').publications.size === 0);

  const answer = await fetch(`${server.operator}/admin/api/evict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ room: 'hall', user: 'otto' }),
  });
  assert.ok(answer.ok, `evict: ${answer.status}`);
  await heard(otto, 'participant-evicted', 'otto');
  const late = await enter(site, 'late', { first: () => server.kill() });
  await until(late, () => globalThis.notes.events.some(([name, text]) => name === 'callback' && text.includes('does not answer')));
  await heard(olga, 'lost-connection', 'hall');
  await Promise.all([olga, otto, late].map((page) => page.context().close()));
});
