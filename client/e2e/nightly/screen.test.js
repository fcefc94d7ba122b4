// A screen beside the camera, through the real binary, and what clients see that know of cameras only.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, openPage, until } from '../harness/browser.js';
import { serveLegacy } from '../harness/legacy-site.js';
import { paintedScreen } from '../harness/painted-screen.js';
import { Participant } from '../harness/participant.js';
import { serve } from '../harness/server.js';
import { TOKEN_MODE, tokenFor } from '../harness/tokens.js';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const join = (server, name, options) =>
  Participant.join(browser, server, { name, room: 'hall', size: '320x180', prepare: paintedScreen, ...options });
const close = (...pages) => Promise.all(pages.map((page) => page.context().close()));

const screens = ({ page }) => page.$$eval('.tile[data-stream=screen]', (tiles) => tiles.map((tile) => tile.dataset.user));
const noScreen = ({ page }) => until(page, () => document.querySelector('.tile[data-stream=screen]') === null);

test('a screen is a second tile beside the camera; both move, and it ends by either button', async (t) => {
  const server = await serve(t);
  const [ann, bob] = [await join(server, 'ann'), await join(server, 'bob')];
  await bob.firstPicture('ann');
  await ann.page.click('#screen');
  for (const stream of ['screen', 'webcam']) {
    await bob.keepsPlaying('ann', 30, { stream });
  }
  const large = await bob.page.$eval('.tile.large', ({ dataset }) => [dataset.user, dataset.stream]);
  assert.deepEqual(large, ['ann', 'screen'], 'what is shared is large');
  assert.equal((await bob.stats('ann', 'screen')).frameWidth, 1280, 'in its own size');
  assert.deepEqual(await screens(ann), ['ann']);
  assert.equal(await ann.page.$('.tile.large'), null, 'one\'s own screen is not large');

  const cyd = await join(server, 'cyd');
  await cyd.keepsPlaying('ann', 15, { stream: 'screen' });
  await ann.page.click('#screen');
  await Promise.all([ann, bob, cyd].map(noScreen));
  await bob.keepsPlaying('ann', 15);

  await ann.page.click('#screen');
  await bob.keepsPlaying('ann', 15, { stream: 'screen' });
  const byTheBrowser = () => globalThis.sharedScreen.getVideoTracks()[0].dispatchEvent(new Event('ended'));
  await ann.page.evaluate(byTheBrowser);
  await Promise.all([ann, bob, cyd].map(noScreen));
  assert.equal(await ann.page.getAttribute('#screen', 'aria-pressed'), 'false');
  assert.deepEqual([ann, bob, cyd].flatMap(({ page }) => page.problems), []);
  await close(ann.page, bob.page, cyd.page);
});

test('a moderator stops a screen, and the camera goes on', async (t) => {
  const server = await serve(t, TOKEN_MODE);
  const ann = await join(server, 'ann', { token: tokenFor('ann', 'hall', 'moderator') });
  const bob = await join(server, 'bob', { token: tokenFor('bob', 'hall') });
  await bob.page.click('#screen');
  await ann.keepsPlaying('bob', 15, { stream: 'screen' });
  await ann.page.click('#showPeople');
  await ann.page.click('#peopleList [data-user=bob] .person-more');
  await ann.page.click('#peopleList [data-user=bob] [data-action=stopScreen]');
  await Promise.all([ann, bob].map(noScreen));
  await until(bob.page, () => document.getElementById('toast').textContent.includes('Your screen is no longer sent'));
  assert.equal(await bob.page.getAttribute('#screen', 'aria-pressed'), 'false');
  await ann.keepsPlaying('bob', 15);
  await close(ann.page, bob.page);
});

test('an old application sees the camera beside the screen, and nothing disturbs it', async (t) => {
  const server = await serve(t);
  const ann = await join(server, 'ann');
  await ann.page.click('#screen');
  const search = new URLSearchParams({ server: `${server.url.replace('http', 'ws')}/room`, room: 'hall', name: 'olga' });
  const olga = await openPage(browser, `${await serveLegacy(t)}?${search}`);
  await until(olga, () => document.getElementById('native-video-ann_webcam')?.videoWidth > 0, undefined, { timeout: 20_000 });
  await ann.keepsPlaying('olga', 15);
  await ann.page.click('#screen');
  await ann.page.click('#hand');
  await ann.page.click('#screen');
  await until(ann.page, () => document.querySelector('.tile[data-stream=screen]') !== null);
  await ann.say('still there?');
  await until(olga, () => globalThis.legacy.messages.length === 1);
  const seen = await olga.evaluate(() => [Object.keys(globalThis.legacy.peers).sort(), globalThis.legacy.errors, globalThis.legacy.log]);
  assert.deepEqual(seen, [['ann', 'olga'], [], []]);
  assert.equal(await olga.$$eval('video', (videos) => videos.length), 2, 'oneself and one camera');
  assert.deepEqual(olga.problems, []);
  await close(ann.page, olga);
});
