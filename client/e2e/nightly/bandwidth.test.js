// The page and the server's bandwidth: what the page tells of its tiles, and what it shows of what the server tells.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, screenshot, until } from '../harness/browser.js';
import { picturesMove, sendPictures } from '../harness/fake-picture.js';
import { FakeSignaling } from '../harness/fake-signaling.js';
import { installed } from '../harness/firefox.js';
import { Participant } from '../harness/participant.js';
import { launchFirefox } from '../harness/puppeteer.js';
import { serve } from '../harness/server.js';

const TEXT = 'paused: your connection carries about 180 kbit/s';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const tileOf = (user) => `.tile[data-user=${user}]`;

// Joins as ann, beside bob and cyd; bob sends a picture.
async function watching(fake = new FakeSignaling(), options) {
  let page = null;
  fake.handlers.joinRoom = () => ({
    value: [{ id: 'bob', streams: [{ id: 'webcam' }] }, { id: 'cyd' }],
    sessionId: 'session-1',
    connections: 'paired',
  });
  sendPictures(fake, () => page);
  page = await fake.open(browser, { path: '/?room=hall&name=ann', ...options });
  await page.click('#joinBtn');
  await until(page, () => globalThis.atrium.timeToFirstFrame('bob'));
  return { fake, page };
}

const told = (fake) => fake.requests.filter(({ method }) => method === 'setVideoPreferences').map(({ params }) => params);

// Waits until the last preference for bob is as `wanted` says; answers it.
async function lastTold(page, fake, wanted) {
  for (const deadline = Date.now() + 15_000; ; await page.waitForTimeout(50)) {
    const last = told(fake).at(-1);
    if (last && wanted(last)) {
      return last;
    }
    assert.ok(Date.now() < deadline, `${wanted} of ${JSON.stringify(told(fake))}`);
  }
}

const seemsHidden = (page, hidden) =>
  page.evaluate((value) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => value });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);

test('a tile tells in which size it shows a picture, again when it changes, and asks for no layers', async () => {
  const { fake, page } = await watching();
  const first = await lastTold(page, fake, ({ maxWidth }) => maxWidth > 100);
  const width = await page.$eval(`${tileOf('bob')} video`, (video) => video.clientWidth * devicePixelRatio);
  assert.ok(Math.abs(first.maxWidth - 0.8 * width) < 16, `${first.maxWidth} px for a tile of ${width}`);
  assert.equal(first.maxWidth % 16 + first.maxHeight % 16, 0);
  assert.deepEqual([first.sender, first.priority], ['bob_webcam', undefined]);
  const before = told(fake).length;
  for (let size = 1270; size > 430; size -= 60) {
    await page.setViewportSize({ width: size, height: 800 });
  }
  const smaller = await lastTold(page, fake, ({ maxWidth }) => maxWidth < first.maxWidth - 100);
  assert.ok(told(fake).length - before < 8, 'not a request for each step of a resize');
  assert.equal(smaller.priority, undefined);
  assert.equal(fake.count('setPreferredLayers'), 0);
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test('a hidden tab hides the pictures, and shows them again', async () => {
  const { fake, page } = await watching();
  const { maxWidth } = await lastTold(page, fake, (last) => last.priority === undefined && last.maxWidth > 100);
  await seemsHidden(page, true);
  await lastTold(page, fake, (last) => last.priority === 'hidden');
  await seemsHidden(page, false);
  await lastTold(page, fake, (last) => last.priority === undefined && last.maxWidth === maxWidth);
  await page.context().close();
});

test('a quick switch to another tab and back tells the server nothing', async () => {
  const { fake, page } = await watching();
  await page.waitForTimeout(1_000); // all that follows the first picture
  const before = told(fake).length;
  await seemsHidden(page, true);
  await page.waitForTimeout(500);
  await seemsHidden(page, false);
  await page.waitForTimeout(3_000); // longer than it takes to be called hidden
  assert.equal(told(fake).length, before);
  await page.context().close();
});

test('a click pins a tile, a key too, and Escape lets go', async () => {
  const { fake, page } = await watching();
  const pressed = (...wanted) =>
    until(
      page,
      (states) => ['bob', 'cyd'].map((user) => document.querySelector(`[data-user=${user}] .tile-pin`).ariaPressed).join() === states,
      wanted.join(),
    );
  await lastTold(page, fake, ({ maxWidth }) => maxWidth > 100);

  await page.click(`${tileOf('bob')} video`);
  await pressed(true, false);
  await lastTold(page, fake, ({ priority }) => priority === 'pinned');
  await until(page, () => {
    const [bob, cyd] = ['bob', 'cyd'].map((user) => document.querySelector(`[data-user=${user}]`).clientWidth);
    return bob > 2 * cyd; // the pinned one is large
  });

  await page.focus(`${tileOf('cyd')} .tile-pin`);
  await page.keyboard.press('Enter');
  await pressed(false, true);
  await lastTold(page, fake, ({ priority }) => priority === 'thumbnail');

  await page.keyboard.press('Escape');
  await pressed(false, false);
  await lastTold(page, fake, ({ priority }) => priority === undefined);
  await until(page, () => new Set([...document.querySelectorAll('.tile:not(.own)')].map((tile) => tile.clientWidth)).size === 1);

  await page.click(`${tileOf('cyd')} .tile-pin`);
  fake.notify('participantLeft', { name: 'cyd' });
  await until(page, () => !document.querySelector('[data-user=cyd]'));
  await until(page, () => !document.querySelector('.tile.pinned'));
  assert.equal(await page.$(`${tileOf('ann')} .tile-pin`), null, 'nobody pins their own picture');
  await page.context().close();
});

test('frames follow the server, and the dominant speaker counts more', async () => {
  const { fake, page } = await watching();
  const framed = () => page.$$eval('.tile.speaking', (tiles) => tiles.map((tile) => tile.dataset.user));
  const isFramed = (names) =>
    until(page, (wanted) => [...document.querySelectorAll('.tile.speaking')].map((tile) => tile.dataset.user).join() === wanted, names);
  fake.notify('speakersChanged', { dominant: 'bob', speakers: [{ id: 'cyd', level: -20 }, { id: 'bob', level: -23 }] });
  await isFramed('bob,cyd');
  await lastTold(page, fake, ({ priority }) => priority === 'speaker');
  fake.notify('speakersChanged', { dominant: 'ann', speakers: [{ id: 'ann', level: -20 }] });
  await isFramed('ann');
  await lastTold(page, fake, ({ priority }) => priority === undefined);
  fake.notify('speakersChanged', { dominant: 'ann', speakers: [] });
  await isFramed('');
  await page.waitForTimeout(600);
  assert.deepEqual(await framed(), [], 'what sounds here no longer counts');
  await page.context().close();
});

test('a pause is told in the server\'s words, and its end shows with the next picture', async () => {
  const { fake, page } = await watching();
  const text = () => page.textContent(`${tileOf('bob')} .tile-pause`);
  await picturesMove(page, false);
  fake.notify('videoPaused', { sender: 'bob_webcam', reason: 'bandwidth', bitrate: 180_000, text: TEXT });
  await page.waitForSelector(`${tileOf('bob')}.paused`);
  assert.equal(await text(), 'Paused: your connection carries about 180 kbit/s');
  await page.waitForTimeout(1_000); // what was on its way has come
  fake.notify('videoResumed', { sender: 'bob_webcam', bitrate: 900_000 });
  await page.waitForTimeout(1_000);
  assert.notEqual(await text(), '', 'the old picture is no news');
  await picturesMove(page, true);
  await until(page, () => document.querySelector('[data-user=bob] .tile-pause').textContent === '');
  assert.equal(await page.$(`${tileOf('bob')}.paused`), null);
  await page.context().close();
});

test('markup in the reason of a pause is text', async () => {
  const { fake, page } = await watching();
  fake.notify('videoPaused', { sender: 'bob_webcam', text: '<b>no</b>' });
  await page.waitForSelector(`${tileOf('bob')}.paused`);
  assert.equal(await page.textContent(`${tileOf('bob')} .tile-pause`), '<b>no</b>');
  await page.context().close();
});

test('measurements go out, and what is received badly is marked with its cause', async () => {
  const fake = new FakeSignaling();
  let tracks = [{ kind: 'video', score: 2.2, cause: 'downlink', paused: false }];
  fake.handlers.getQuality = () => ({ streams: [{ sender: 'bob_webcam', tracks }] });
  const { page } = await watching(fake);
  const mark = await page.waitForSelector(`${tileOf('bob')} .tile-quality:not([hidden])`);
  assert.match(await mark.getAttribute('aria-label'), /^Your connection is weak/);
  assert.match(await mark.getAttribute('title'), /^Your connection is weak/);
  assert.equal(await page.isVisible(`${tileOf('cyd')} .tile-quality`), false);
  for (const deadline = Date.now() + 15_000; fake.count('reportStatistics') === 0; await page.waitForTimeout(50)) {
    assert.ok(Date.now() < deadline, 'nothing was reported');
  }
  const { params } = fake.requests.find(({ method }) => method === 'reportStatistics');
  assert.equal(params.sender, 'bob_webcam');
  assert.ok(params.framesDecoded > 0, JSON.stringify(params));
  tracks = [{ kind: 'video', score: 4.5, paused: false }];
  await page.waitForSelector(`${tileOf('bob')} .tile-quality`, { state: 'hidden' });
  await page.context().close();
});

// Pictures to look at: a pinned tile, a pause and a mark.
for (const [name, options] of [
  ['desktop', { viewport: { width: 1280, height: 800 } }],
  ['phone', { viewport: { width: 390, height: 844 } }],
  ['flat', { viewport: { width: 844, height: 390 } }],
]) {
  test(`a pinned tile, its strip, a pause and a mark fit on a ${name}`, async () => {
    const fake = new FakeSignaling();
    fake.handlers.getQuality = () => ({
      streams: [{ sender: 'bob_webcam', tracks: [{ kind: 'video', score: 2.2, cause: 'downlink', paused: false }] }],
    });
    const { page } = await watching(fake, options);
    for (const user of ['dan', 'eve']) {
      fake.notify('participantJoined', { id: user });
    }
    for (const user of ['bob', 'cyd']) {
      fake.notify('videoPaused', { sender: `${user}_webcam`, text: TEXT });
    }
    fake.notify('speakersChanged', { dominant: 'dan', speakers: [{ id: 'dan', level: -20 }] });
    await page.waitForSelector(`${tileOf('bob')} .tile-quality:not([hidden])`);
    await screenshot(page, `bandwidth-${name}`);
    await page.click(tileOf('bob'));
    await page.waitForTimeout(400); // the pin fades in
    await screenshot(page, `bandwidth-${name}-pinned`);
    const outside = await page.evaluate(() => {
      const stage = document.getElementById('tiles').getBoundingClientRect();
      const boxes = [...document.querySelectorAll('.tile')].map((tile) => tile.getBoundingClientRect());
      return boxes.filter(({ left, right, top, bottom }, i) =>
        left < stage.left - 1 || right > stage.right + 1 || top < stage.top - 1 || bottom > stage.bottom + 1 ||
        boxes.some((other, j) => j < i && left < other.right - 1 && other.left < right - 1 && top < other.bottom - 1 && other.top < bottom - 1));
    });
    assert.deepEqual(outside, []);
    assert.deepEqual(page.problems, []);
    await page.context().close();
  });
}

// Bob watches ann through the real server, and pins her.
async function pinThroughServer(t, { from = browser } = {}) {
  const server = await serve(t);
  const room = 'pinned';
  const ann = await Participant.join(browser, server, { name: 'ann', room });
  await Participant.join(browser, server, { name: 'cyd', room, size: '320x180' }); // of two, the other one is large anyway
  const bob = await Participant.join(from, server, { name: 'bob', room });
  await bob.firstPicture('ann', { timeout: 30_000 });
  await ann.firstPicture('bob', { timeout: 30_000 });
  await until(bob.page, () => document.querySelector('.tile.speaking') !== null, undefined, { timeout: 30_000 });
  await bob.page.click(`${tileOf('ann')} .tile-pin`);
  await until(bob.page, () => {
    const ann = document.querySelector('[data-user=ann]');
    return ann.querySelector('.tile-pin').ariaPressed === 'true' && ann.clientWidth > 2 * document.querySelector('.own').clientWidth;
  });
  await bob.keepsPlaying('ann', 30, { timeout: 40_000 });
  assert.deepEqual([...ann.page.problems, ...bob.page.problems], []);
  return bob;
}

test('two people through the real server: the pinned picture is large and plays', async (t) => {
  const bob = await pinThroughServer(t);
  await screenshot(bob.page, 'pinned');
});

test('Firefox pins through the real server', { skip: !installed && 'no firefox-esr' }, async (t) => {
  await pinThroughServer(t, { from: await launchFirefox(t) });
});
