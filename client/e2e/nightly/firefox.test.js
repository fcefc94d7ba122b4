// A person with Firefox in a call with three who have Chromium, on the call page.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, screenshot, until } from '../harness/browser.js';
import { installed } from '../harness/firefox.js';
import { paintedScreen } from '../harness/painted-screen.js';
import { Participant } from '../harness/participant.js';
import { proxy } from '../harness/proxy.js';
import { launchFirefox } from '../harness/puppeteer.js';
import { serve } from '../harness/server.js';
import { TOKEN_MODE, tokenFor } from '../harness/tokens.js';

const SKIP = { skip: !installed && 'no firefox-esr' };
const PATIENT = { timeout: 30_000 };

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

async function join(server, name, { from = browser, role, ...options } = {}) {
  const token = tokenFor(name, 'hall', role);
  return Participant.join(from, server, { name, room: 'hall', size: '320x180', token, prepare: paintedScreen, ...options });
}

const has = ({ page }, selector) => until(page, (wanted) => document.querySelector(wanted)?.checkVisibility(), selector);
const hasNot = ({ page }, selector) => until(page, (wanted) => !document.querySelector(wanted)?.checkVisibility(), selector);
const tile = (user, more = '') => `.tile[data-user="${user}"][data-stream=webcam] ${more}`;
const layouts = ({ page }) => page.$$eval('.tile.large', (tiles) => tiles.map(({ dataset }) => dataset.user));

test('four people, one of them with Firefox: pictures, sound, chat, layouts, buttons, screens, moderation', SKIP, async (t) => {
  const server = await serve(t, TOKEN_MODE);
  const ann = await join(server, 'ann', { role: 'moderator' });
  const others = [ann, await join(server, 'bob'), await join(server, 'cyd')];
  const fox = await join(server, 'fox', { from: await launchFirefox(t) });
  await fox.seesOnly(['ann', 'bob', 'cyd']);
  const first = [];
  for (const other of others) {
    first.push(Math.round(await fox.firstPicture(other.name, PATIENT)));
    await fox.keepsPlaying(other.name, 10, PATIENT);
    await fox.hears(other.name, PATIENT);
    await other.keepsPlaying('fox', 10, PATIENT);
    await other.hears('fox', PATIENT);
  }
  t.diagnostic(`Firefox has the first pictures ${first.join(', ')} ms after the click on Join`);

  await fox.say('hello from Firefox');
  await ann.reads('hello from Firefox');
  await ann.say('hello Firefox');
  await fox.reads('hello Firefox');
  await fox.page.click('#closePanel');

  assert.deepEqual(await layouts(fox), [], 'a grid at first');
  await fox.page.click(tile('bob'));
  await until(fox.page, () => document.querySelector('.tile.large')?.dataset.user === 'bob');
  await fox.page.click(tile('bob'));
  await until(fox.page, () => !document.querySelector('.tile.large'));

  await fox.page.click('#microphone');
  await has(ann, tile('fox', '.tile-badge.muted'));
  await fox.page.click('#microphone');
  await hasNot(ann, tile('fox', '.tile-badge.muted'));
  await fox.page.click('#camera');
  await has(ann, tile('fox', '.avatar'));
  await fox.page.click('#camera');
  await ann.keepsPlaying('fox', 10, PATIENT);

  await fox.page.click('#screen');
  await ann.keepsPlaying('fox', 10, { stream: 'screen', ...PATIENT });
  await fox.page.click('#screen');
  await until(ann.page, () => !document.querySelector('.tile[data-stream=screen]'));
  await ann.page.click('#screen');
  await fox.keepsPlaying('ann', 10, { stream: 'screen', ...PATIENT });
  assert.deepEqual(await layouts(fox), ['ann'], 'what is shared is large');
  await screenshot(fox.page, 'firefox-screen');
  await ann.page.click('#screen');

  await ann.request('muteParticipant', { user: 'fox', audio: true });
  await has(fox, tile('fox', '.tile-badge.muted'));
  await ann.request('evictParticipant', { user: 'fox', reason: 'enough' });
  await has(fox, '#ended');
  assert.match(await fox.page.evaluate(() => document.getElementById('endText').textContent), /enough/);
  await ann.seesOnly(['bob', 'cyd']);
  assert.deepEqual([...others, fox].flatMap(({ page }) => page.problems), []);
  await Promise.all(others.map(({ page }) => page.context().close()));
});

test('Firefox comes back: after a killed socket, a dead server, and a reload', SKIP, async (t) => {
  const server = await serve(t, TOKEN_MODE);
  const between = await proxy(t, server);
  const ann = await join(server, 'ann');
  const fox = await join(between, 'fox', { from: await launchFirefox(t) });
  const bothPlay = async () => {
    await fox.keepsPlaying('ann', 10, PATIENT);
    await ann.keepsPlaying('fox', 10, PATIENT);
  };
  await bothPlay();

  await fox.page.evaluate(() => globalThis.atrium.room.on('reconnected', ({ resumed }) => (globalThis.back = { resumed, at: Date.now() })));
  const cut = Date.now();
  between.cut();
  const back = await until(fox.page, () => globalThis.back, undefined, { timeout: 5_000 });
  assert.equal(back.resumed, true);
  assert.ok(back.at - cut < 3_000, `resumed after ${back.at - cut} ms`);
  await bothPlay();

  await server.kill();
  await server.start();
  const up = Date.now();
  await until(fox.page, () => globalThis.back.resumed === false, undefined, PATIENT);
  await bothPlay();
  t.diagnostic(`a killed socket is resumed after ${back.at - cut} ms; ten pictures each way ${Date.now() - up} ms after the server is up again`);

  await fox.page.reload();
  await fox.inCall(PATIENT);
  assert.equal(await fox.page.evaluate(() => globalThis.atrium.room.local.user), 'fox');
  await bothPlay();
  await ann.page.context().close();
});
