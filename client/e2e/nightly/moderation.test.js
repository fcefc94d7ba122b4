// Moderators, lobbies and tokens, through the real binary.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, screenshot, until } from '../harness/browser.js';
import { Participant } from '../harness/participant.js';
import { serve } from '../harness/server.js';
import { TOKEN_MODE, tokenFor } from '../harness/tokens.js';

const ROOM = 'hall';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const open = (server, name, role, options) =>
  Participant.open(browser, server, { name, room: ROOM, size: '320x180', token: tokenFor(name, ROOM, role), ...options });

async function join(server, name, role, options) {
  const participant = await open(server, name, role, options);
  await participant.join();
  return participant;
}

const close = (...everybody) => Promise.all(everybody.map(({ page }) => page.context().close()));

async function act(moderator, user, action, reason = '') {
  const row = moderator.page.locator(`#peopleList [data-user=${user}]`);
  if (!(await moderator.page.isVisible('#people'))) {
    await moderator.page.click('#showPeople');
  }
  await row.locator('.person-more').click();
  await row.locator('input').fill(reason);
  await row.locator(`[data-action=${action}]`).click();
}

// Waits for the view of the end, with a reason; goes to the entrance.
async function sentOut(person, title, reason) {
  await person.page.waitForSelector('#ended:not([hidden])');
  assert.deepEqual([await person.text('#endTitle'), await person.text('#endText')], [title, reason]);
  await person.toEntrance();
}

// Waits for a sentence why one is not inside.
async function outside({ page }, sentence) {
  await page.waitForSelector('#joinError:not([hidden])');
  assert.match(await page.textContent('#joinError'), sentence);
}

// Whether sound of `user` comes to `viewer`: packets do, or do not for two seconds.
async function audible(viewer, user, expected) {
  const packets = async () => (await viewer.stats(user)).audioPacketsReceived;
  const deadline = Date.now() + 15_000;
  for (let before = await packets(); ; before = await packets()) {
    await viewer.page.waitForTimeout(2_000);
    const came = (await packets()) - before;
    if (expected ? came > 20 : came === 0) {
      return;
    }
    assert.ok(Date.now() < deadline, `${came} packets of sound in 2 s, expected ${expected ? 'some' : 'none'}`);
  }
}

test('a lobby holds who comes; a moderator lets one in, and another not', async (t) => {
  const server = await serve(t, TOKEN_MODE);
  const ann = await join(server, 'ann', 'moderator');
  await ann.page.click('#showPeople');
  await ann.page.click('#useLobby');
  await ann.page.waitForSelector('#useLobby[aria-pressed=true]');

  const [bob, eve] = [await open(server, 'bob'), await open(server, 'eve')];
  for (const { page } of [bob, eve]) {
    await page.click('#joinBtn');
    await page.waitForSelector('#holding:not([hidden])');
  }
  assert.equal(await bob.text('#holdingTitle'), 'Waiting to be let into “hall”');
  await ann.page.waitForSelector('#waitingList [data-user=eve]');
  assert.equal(await ann.text('#waitingCount'), '2');
  await ann.page.click('#waitingList [data-user=bob] [data-decision=admit]');
  await bob.inCall();
  await bob.page.waitForSelector('#call:not([hidden])');
  await bob.firstPicture('ann');
  await ann.page.fill('#waitingList [data-user=eve] input', 'a private meeting');
  await ann.page.click('#waitingList [data-user=eve] [data-decision=deny]');
  await outside(eve, /^A moderator did not let you in\. “a private meeting”$/);
  await until(ann.page, () => document.querySelectorAll('#waitingList li').length === 0);

  await eve.page.click('#joinBtn');
  await eve.page.waitForSelector('#holding:not([hidden])');
  await eve.page.click('#giveUp');
  await eve.page.waitForSelector('#joinForm:not([hidden])');
  assert.equal(await eve.page.isVisible('#joinError'), false);
  await until(ann.page, () => document.querySelectorAll('#waitingList li').length === 0);
  assert.equal(await bob.page.evaluate(() => document.getElementById('desk').hidden), true);
  assert.deepEqual([ann, bob, eve].flatMap(({ page }) => page.problems), []);
  await close(ann, bob, eve);
});

test('who waits and loses the connection still waits, and comes in', async (t) => {
  const server = await serve(t, { ...TOKEN_MODE, ATRIUM_SIGNALING_RECONNECT_GRACE: '1m' });
  const ann = await join(server, 'ann', 'moderator');
  await ann.request('changeRoom', { lobby: true });
  const bob = await open(server, 'bob', 'participant', {
    prepare: (page) =>
      page.addInitScript(() => {
        globalThis.WebSocket = class extends WebSocket {
          constructor(...args) {
            super(...args);
            (globalThis.sockets ??= []).push(this);
          }
        };
      }),
  });
  await bob.page.click('#joinBtn');
  await bob.page.waitForSelector('#holding:not([hidden])');
  await bob.page.evaluate(() => globalThis.sockets[0].dispatchEvent(new CloseEvent('close')));
  await until(bob.page, () => globalThis.sockets.length > 1 && globalThis.atrium.state === 'waiting');
  await ann.page.click('#showPeople');
  await ann.page.click('#waitingList [data-user=bob] [data-decision=admit]');
  await bob.inCall();
  await ann.seesOnly(['bob']);
  await close(ann, bob);
});

test('a locked room refuses a third, who has to ask for it to be opened', async (t) => {
  const server = await serve(t, TOKEN_MODE);
  const [ann, bob] = [await join(server, 'ann', 'moderator'), await join(server, 'bob')];
  await ann.page.click('#showPeople');
  await ann.page.click('#lockRoom');
  await ann.page.waitForSelector('#lockRoom[aria-pressed=true]');
  const cyd = await open(server, 'cyd');
  await cyd.page.click('#joinBtn');
  await outside(cyd, /“hall” is locked/);
  await ann.page.click('#lockRoom');
  await ann.page.waitForSelector('#lockRoom[aria-pressed=false]');
  await cyd.join();
  await ann.seesOnly(['bob', 'cyd']);
  await close(ann, bob, cyd);
});

test('muting all silences the server\'s side, and who is asked may speak again', async (t) => {
  const server = await serve(t, TOKEN_MODE);
  const ann = await join(server, 'ann', 'moderator');
  const [bob, cyd] = [await join(server, 'bob'), await join(server, 'cyd')];
  await cyd.hears('bob');
  await ann.page.click('#showPeople');
  await ann.page.click('#muteAll');
  await cyd.page.waitForSelector('.tile[data-user=bob] .tile-badge.muted:not([hidden])');
  await bob.page.waitForSelector('.tile.own .tile-badge.muted:not([hidden])');
  assert.equal(await bob.page.getAttribute('#microphone', 'aria-pressed'), 'false');
  await audible(cyd, 'bob', false);
  await audible(cyd, 'ann', true);

  await bob.page.click('#microphone');
  await until(bob.page, () => /A moderator has muted you/.test(document.getElementById('toast').textContent));
  await act(ann, 'bob', 'ask');
  await bob.page.waitForSelector('#asked:not([hidden])');
  assert.equal(await bob.text('#askedText'), 'ann asks you to turn on your microphone.');
  await audible(cyd, 'bob', false);
  await bob.page.click('#unmuteNow');
  await bob.page.waitForSelector('#microphone[aria-pressed=true]');
  await audible(cyd, 'bob', true);
  assert.equal(await cyd.page.isVisible('.tile[data-user=bob] .tile-badge.muted'), false);

  await act(ann, 'bob', 'mute');
  await cyd.page.waitForSelector('.tile[data-user=bob] .tile-badge.muted:not([hidden])');
  await act(ann, 'bob', 'mute'); // and not
  await bob.page.waitForSelector('#microphone[aria-pressed=true]');
  await close(ann, bob, cyd);
});

test('muted on entry, one turns on the microphone oneself', async (t) => {
  const server = await serve(t, TOKEN_MODE);
  const ann = await join(server, 'ann', 'moderator');
  await ann.request('changeRoom', { muteOnEntry: ['audio'] });
  const bob = await join(server, 'bob');
  await bob.page.waitForSelector('.tile.own .tile-badge.muted:not([hidden])');
  await ann.page.waitForSelector('.tile[data-user=bob] .tile-badge.muted:not([hidden])');
  await bob.page.click('#microphone');
  await bob.page.waitForSelector('#microphone[aria-pressed=true]');
  await ann.hears('bob');
  await close(ann, bob);
});

test('who is removed reads why, and who is banned does not come back', async (t) => {
  const server = await serve(t, TOKEN_MODE);
  const [ann, bob] = [await join(server, 'ann', 'moderator'), await join(server, 'bob')];
  await act(ann, 'bob', 'evict', 'noise <b>!</b>');
  await sentOut(bob, 'You were removed from this room', '“noise <b>!</b>”');
  await bob.join();
  await ann.seesOnly(['bob']);
  await act(ann, 'bob', 'ban', 'again');
  await sentOut(bob, 'You were removed from this room', '“again”');
  await bob.page.click('#joinBtn');
  await outside(bob, /^You may not come into “hall” for the time being\.$/);
  assert.deepEqual(await ann.others(), []);
  await close(ann, bob);
});

test('hands are seen by all, moderators lower them, and latecomers read what was said', async (t) => {
  const server = await serve(t, TOKEN_MODE);
  const [ann, bob] = [await join(server, 'ann', 'moderator'), await join(server, 'bob')];
  await ann.request('changeRoom', { chatHistory: 10 });
  await bob.page.click('#hand');
  await bob.page.waitForSelector('#hand[aria-pressed=true]');
  await ann.page.waitForSelector('.tile[data-user=bob] .tile-badge.hand:not([hidden])');
  await ann.say('welcome');
  await bob.say('<i>thanks</i>');
  await ann.reads('<i>thanks</i>');

  const cyd = await join(server, 'cyd', 'guest');
  await cyd.page.click('#showChat');
  await cyd.reads('<i>thanks</i>');
  assert.deepEqual(await cyd.messages(), [['ann', 'welcome'], ['bob', '<i>thanks</i>']]);
  await cyd.page.waitForSelector('.tile[data-user=bob] .tile-badge.hand:not([hidden])');
  await cyd.page.waitForSelector('.tile[data-user=ann] .tile-badge.star:not([hidden])');
  await ann.page.waitForSelector('.tile.own .tile-badge.star:not([hidden])');
  assert.equal(await cyd.page.isVisible('#screen'), false, 'guests share nothing');
  await act(ann, 'bob', 'lowerHand');
  await bob.page.waitForSelector('#hand[aria-pressed=false]');
  await close(ann, bob, cyd);
});

test('without a token the page says who may come; with one it knows the name and shows no one the token', async (t) => {
  const server = await serve(t, TOKEN_MODE);
  const nobody = await Participant.open(browser, server, { name: 'ann', room: ROOM });
  await nobody.page.click('#joinBtn');
  await outside(nobody, /^“hall” is for those who are invited\. Open the link that you were sent\.$/);

  const token = tokenFor('ann', ROOM, 'moderator');
  const ann = await Participant.open(browser, server, { name: '', room: '', token });
  assert.deepEqual([await ann.page.inputValue('#name'), await ann.page.inputValue('#roomName')], ['ann', ROOM]);
  assert.ok(!ann.page.url().includes('token'), ann.page.url());
  await ann.join();
  await ann.page.reload();
  await ann.inCall();
  assert.equal(ann.page.url(), `${server.url}/#/rooms/${ROOM}`);
  await ann.leave();
  await ann.toEntrance();
  await ann.page.fill('#name', 'bob');
  await ann.page.click('#joinBtn');
  await outside(ann, /^Your invitation does not admit “bob” to “hall”/);
  assert.ok(!server.log.includes(token.split('.')[2]));
  await close(nobody, ann);
});
