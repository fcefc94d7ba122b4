// The administrators' page against the real binary: it shows who is there and how they receive each other, and acts.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, openPage, screenshot, until } from '../harness/browser.js';
import { startLoad } from '../harness/load.js';
import { Participant } from '../harness/participant.js';
import { serve } from '../harness/server.js';

const HOSTILE = '<img src=x onerror="document.title=1">';
const CROWDED = { timeout: 30_000 }; // this machine may be busy

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const openAdmin = (server, { hash = '', ...options } = {}) => openPage(browser, `${server.operator}/admin/${hash}`, options);

const person = (name) => `.person[data-user="${CSS.escape(name)}"]`;
const CSS = { escape: (text) => text.replaceAll('"', '\\"') };

/** Waits until an element says something that matches. */
const says = (page, selector, pattern, options) =>
  until(page, ([found, source]) => new RegExp(source).test(document.querySelector(found)?.textContent ?? ''), [selector, pattern.source], options);

async function sure(page) {
  await page.click('#confirmYes');
  await until(page, () => !document.getElementById('confirm').open);
}

test('it shows a call, and what each receives', async (t) => {
  const server = await serve(t);
  const admin = await openAdmin(server);
  await says(admin, '#status', /Ready/);
  await says(admin, '#noRooms', /no room at present/);

  const ann = await Participant.join(browser, server, { name: 'ann', room: 'standup' });
  const bob = await Participant.join(browser, server, { name: HOSTILE, room: 'standup' });
  await ann.firstPicture(HOSTILE, CROWDED);
  await bob.firstPicture('ann', CROWDED);

  await says(admin, '[data-tile="people"] strong', /^2$/);
  await admin.click('#rooms [data-room="standup"] a');
  await says(admin, '#roomTitle', /^standup$/);
  await says(admin, '#roomNote', /2 people · 2 streams published · 2 received/);
  await admin.waitForSelector(person('ann'));

  // What is published: sound, and a picture of a size and with a rate.
  await says(admin, `${person('ann')} .tracks`, /opus.*\d+×\d+\s*[\d.]+ [kM]?bit\/s.*received/, CROWDED);
  await says(admin, `${person('ann')} header .note`, /connected · UDP · IPv[46]/);
  // What is received: a score, a layer and a rate.
  const row = `${person('ann')} tbody tr`;
  await says(admin, `${row} th`, /^<img src=x/);
  await says(admin, `${row} [data-label="Picture"]`, /^[1-5]\.\d$/, CROWDED);
  await says(admin, `${row} [data-label="Shown"]`, /^\d+×\d+/, CROWDED);
  await says(admin, `${row} [data-label="Rate"]`, /bit\/s$/);
  await says(admin, '#matrix tbody td:not(.self)', /^[1-5]\.\d$/, CROWDED);

  // A name is text, wherever it stands.
  assert.equal(await admin.textContent(`${person(HOSTILE)} h4`), HOSTILE);
  assert.equal(await admin.$$eval('main img, .person img', (images) => images.length), 0);
  assert.equal(await admin.title(), 'standup – Atrium');
  assert.deepEqual(admin.problems, []);
  await screenshot(admin, 'admin-room');
});

test('mute, evict and close do what they say, and only when they are confirmed', async (t) => {
  const server = await serve(t);
  const ann = await Participant.join(browser, server, { name: 'ann', room: 'r' });
  const bob = await Participant.join(browser, server, { name: 'bob', room: 'r' });
  await bob.firstPicture('ann', CROWDED);
  const admin = await openAdmin(server, { hash: '#room=r' });
  await admin.waitForSelector(person('ann'));

  await admin.click(`${person('ann')} [data-act="mute-video"]`);
  assert.match(await admin.textContent('#confirmTitle'), /Mute the picture of ann\?/);
  await admin.click('#confirmNo');
  await admin.click(`${person('ann')} [data-act="mute-video"]`);
  await sure(admin);
  await says(admin, `${person('ann')} .tracks`, /muted for all/);
  await says(admin, `${person('bob')} [data-label="Shown"]`, /^muted$/, CROWDED);
  const frames = async () => (await bob.stats('ann')).framesDecoded;
  const stopped = await frames();
  await admin.click(`${person('ann')} [data-act="mute-video"]`);
  assert.match(await admin.textContent('#confirmYes'), /Unmute/);
  await sure(admin);
  await until(bob.page, async (n) => (await globalThis.atrium.getStats('ann')).framesDecoded > n + 10, stopped, CROWDED);

  await admin.click(`${person('ann')} [data-act="evict"]`);
  await sure(admin);
  await bob.seesOnly([]);
  await admin.waitForSelector(person('ann'), { state: 'detached' });
  await says(admin, '#toast', /ann has been evicted/);

  await admin.click('#close');
  await sure(admin);
  await says(admin, '#roomProblem', /There is no such room/);
  assert.deepEqual(await server.rooms(), []);
  assert.match(server.log, /administrator's action.*action=evict.*room=r.*user=ann/);
  assert.deepEqual(admin.problems, []);
});

test('the drain switch turns newcomers away, and lets them in again', async (t) => {
  const server = await serve(t);
  const admin = await openAdmin(server);
  const ready = async () => (await fetch(`${server.operator}/readyz`)).status;
  await admin.click('#drain');
  assert.match(await admin.textContent('#confirmText'), /Calls that run go on/);
  await sure(admin);
  await says(admin, '#status', /Draining/);
  assert.ok(await admin.isVisible('#draining'));
  assert.equal(await ready(), 503);
  await admin.click('#drain');
  await sure(admin);
  await says(admin, '#status', /Ready/);
  assert.equal(await ready(), 200);
});

test('with a token, names and actions wait for it', async (t) => {
  const server = await serve(t, { ATRIUM_ADMIN_TOKEN: 's3cret-token' });
  await Participant.join(browser, server, { name: 'ann', room: 'private' });
  const admin = await openAdmin(server);
  await says(admin, '[data-tile="people"] strong', /^1$/);
  assert.ok(await admin.isVisible('#unlock'));
  assert.ok(!(await admin.isVisible('#drain')));
  assert.doesNotMatch(await admin.textContent('body'), /private/);
  await admin.fill('#token', 'guess');
  await admin.press('#token', 'Enter');
  await says(admin, '#lockedProblem', /not the token/);
  await admin.fill('#token', 's3cret-token');
  await admin.press('#token', 'Enter');
  await admin.click('#rooms [data-room="private"] a');
  await admin.waitForSelector(person('ann'));
  assert.doesNotMatch(admin.url(), /s3cret/);
});

test('a lost server is told, and found again', async (t) => {
  const server = await serve(t);
  const admin = await openAdmin(server);
  await says(admin, '#status', /Ready/);
  await server.kill();
  await says(admin, '#lost', /has not answered since/);
  await says(admin, '#status', /No connection/);
  await server.start();
  await says(admin, '#status', /Ready/, CROWDED);
  await until(admin, () => document.getElementById('lost').hidden);
});

test('many rooms are searched, sorted and turned page by page', async (t) => {
  const server = await serve(t);
  startLoad(t, server, ['--rooms', '60', '--publishers', '1', '--subscribers', '0', '--no-video', '--duration', '5m', '--ramp', '1s']);
  const admin = await openAdmin(server, { viewport: { width: 390, height: 844 } });
  await says(admin, '#roomsNote', /^60 rooms$/, CROWDED);
  await until(admin, () => document.querySelectorAll('#rooms tbody tr').length === 50);
  await says(admin, '#roomPages', /1–50 of 60/);
  await admin.click('#roomPages button:last-of-type');
  await says(admin, '#roomPages', /51–60 of 60/);
  await admin.fill('#roomPart', '-17');
  await says(admin, '#roomsNote', /^1 of 60 rooms$/);
  assert.deepEqual(await admin.$$eval('#rooms tbody th', (cells) => cells.map((cell) => cell.textContent)), ['load-17']);
  await admin.fill('#roomPart', 'nobody');
  await says(admin, '#noRooms', /No room has “nobody”/);
  const overflow = await admin.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.equal(overflow, 0, 'the page is wider than the phone');
});

test('those who only receive have a line each', async (t) => {
  const server = await serve(t);
  startLoad(t, server, ['--rooms', '1', '--publishers', '1', '--subscribers', '5', '--size', '320x180', '--duration', '5m', '--ramp', '1s']);
  const admin = await openAdmin(server, { hash: '#room=load-1' });
  await until(admin, () => document.querySelectorAll('#listeners tbody tr').length === 5, undefined, CROWDED);
  await says(admin, '#listeners tbody [data-label="Shown"]', /^320×180$/, CROWDED);
  assert.equal(await admin.$$eval('.person', (cards) => cards.length), 1);
  const name = await admin.textContent('#listeners tbody th');
  await admin.click('#listeners tbody [data-act="evict"]');
  assert.equal(await admin.textContent('#confirmTitle'), `Evict ${name}?`);
  await sure(admin);
  await until(admin, () => document.querySelectorAll('#listeners tbody tr').length === 4);
});

test('a graph tells its values to the keyboard', async (t) => {
  const server = await serve(t);
  const admin = await openAdmin(server);
  const graph = '.graph:first-child .frame';
  await until(admin, (found) => /People: \d/.test(document.querySelector(found)?.ariaLabel), graph);
  await until(admin, async () => (await (await fetch('/admin/api/state')).json()).history.next > 3);
  await admin.focus(graph);
  await admin.keyboard.press('ArrowLeft');
  await until(admin, (found) => /\d s ago$/.test(document.querySelector(found).ariaLabel), graph);
});
