// The call page against a fake server that knows the extensions: for what a real one does too rarely to wait for.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, until } from '../harness/browser.js';
import { FakeSignaling } from '../harness/fake-signaling.js';

const WAYS = { locked: false, lobby: false, muteOnEntry: [], chatHistory: 50 };
const ME = { id: 'ann', role: 'moderator', permissions: ['join', 'publish:screen', 'moderate'] };

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const hall = (more = {}) => ({ value: [{ id: 'bob' }], sessionId: 'session-1', connections: 'paired', me: ME, room: WAYS, ...more });

// Joins as ann, a moderator, beside bob; `said` is what was said before.
async function joined({ said = [], answer = hall(), ...options } = {}) {
  const fake = new FakeSignaling();
  fake.handlers.joinRoom = () => answer;
  fake.handlers.getChatHistory = () => ({ messages: said });
  const page = await fake.open(browser, { path: '/?room=hall&name=ann', ...options });
  await page.click('#joinBtn');
  await until(page, () => !document.getElementById('call').hidden);
  return { fake, page };
}

const texts = (page) => page.$$eval('.message-text', (lines) => lines.map((line) => line.textContent));

test('somebody whom the server forgot, and who has to wait now, comes back as soon as a moderator says so', async () => {
  const { fake, page } = await joined();
  fake.handlers.joinRoom = () => {
    throw { code: 425, message: 'wait', sessionId: 'session-2' };
  };
  fake.cut();
  await until(page, () => globalThis.atrium.state === 'waiting');
  await until(page, () => document.getElementById('toast').textContent.includes('waiting to be let in again'));
  fake.handlers.joinRoom = () => hall({ value: [{ id: 'cyd' }] });
  fake.notify('admitted', { room: 'hall' });
  await until(page, () => globalThis.atrium.state === 'joined');
  await page.waitForSelector('#banner', { state: 'hidden' });
  assert.deepEqual(await page.$$eval('.tile', (tiles) => tiles.map(({ dataset }) => dataset.user).sort()), ['ann', 'cyd']);
  await page.context().close();
});

test('and who is not let in again reads why', async () => {
  const { fake, page } = await joined();
  fake.handlers.joinRoom = () => {
    throw { code: 425, message: 'wait', sessionId: 'session-2' };
  };
  fake.cut();
  await until(page, () => globalThis.atrium.state === 'waiting');
  fake.notify('denied', { room: 'hall', reason: 'it is late' });
  await page.waitForSelector('#ended:not([hidden])');
  assert.deepEqual([await page.textContent('#endTitle'), await page.textContent('#endText')], ['You were not let in again', '“it is late”']);
  await page.context().close();
});

test('what was said before comes first and nothing twice, also after a lost session', async () => {
  const said = [{ user: 'bob', message: 'one', time: 1 }, { user: 'bob', message: 'two', time: 2 }];
  const { fake, page } = await joined({ said });
  await page.click('#showChat');
  await until(page, () => document.querySelectorAll('.message-text').length === 2);
  fake.notify('sendMessage', { user: 'bob', room: 'hall', message: 'three' });
  await until(page, () => document.querySelectorAll('.message-text').length === 3);
  said.push({ user: 'bob', message: 'three', time: 3 }, { user: 'bob', message: 'four', time: 4 });
  fake.cut();
  await until(page, () => document.querySelectorAll('.message-text').length === 4);
  assert.deepEqual(await texts(page), ['one', 'two', 'three', 'four']);
  await page.context().close();
});

test('a message that comes before the history is in it, and shown once', async () => {
  let tell;
  const fake = new FakeSignaling();
  fake.handlers.joinRoom = () => hall();
  fake.handlers.getChatHistory = () => new Promise((resolve) => (tell = resolve));
  const page = await fake.open(browser, { path: '/?room=hall&name=ann' });
  await page.click('#joinBtn');
  await until(page, () => globalThis.atrium.state === 'joined');
  fake.notify('sendMessage', { user: 'bob', room: 'hall', message: 'hello' });
  await page.click('#showChat');
  tell({ messages: [{ user: 'cyd', message: 'long ago', time: 1 }, { user: 'bob', message: 'hello', time: 2 }] });
  await until(page, () => document.querySelectorAll('.message-text').length === 2);
  assert.deepEqual(await texts(page), ['long ago', 'hello']);
  await page.context().close();
});

test('who becomes a moderator moderates, and who is none any more does not', async () => {
  const { fake, page } = await joined({ answer: hall({ me: { ...ME, role: 'participant', permissions: ['join'] } }) });
  await page.click('#showPeople');
  assert.equal(await page.isVisible('#desk'), false);
  fake.notify('participantChanged', { id: 'ann', role: 'moderator', permissions: ['join', 'moderate'] });
  await page.waitForSelector('#desk:not([hidden])');
  await page.click('[data-user=bob] .person-more');
  await page.waitForSelector('[data-user=bob] [data-action=evict]');
  fake.notify('participantChanged', { id: 'ann', role: 'guest', permissions: ['join'] });
  await page.waitForSelector('#desk', { state: 'hidden' });
  assert.equal(await page.isVisible('[data-user=bob] [data-action=evict]'), false);
  await page.context().close();
});

for (const viewport of [{ width: 1280, height: 800 }, { width: 390, height: 844 }, { width: 320, height: 568 }]) {
  test(`a moderator's buttons have names and fit ${viewport.width}x${viewport.height}`, async () => {
    const { fake, page } = await joined({ viewport });
    const markup = '<b>eve</b> of a rather long family name';
    fake.notify('participantWaiting', { id: markup });
    fake.notify('participantChanged', { id: 'bob', handRaised: true, handRaisedAt: 1 });
    fake.notify('participantPublished', { id: 'bob', streams: [{ id: 'screen' }] });
    await page.keyboard.press('p'); // the button is in the menu on phones
    await page.click('#peopleList [data-user=bob] .person-more');
    const buttons = await page.$$eval('button, input, textarea', (all) =>
      all.filter((one) => one.checkVisibility()).map((one) => {
        const { left, right, height } = one.getBoundingClientRect();
        return { name: one.ariaLabel || one.textContent.trim() || one.labels?.[0]?.textContent, left, right, height };
      }),
    );
    for (const { name, left, right, height } of buttons) {
      assert.ok(name, 'a button without a name');
      assert.ok(left >= 0 && right <= viewport.width && height >= 24, `${name}: from ${left} to ${right}, ${height} high`);
    }
    const names = buttons.map(({ name }) => name);
    for (const name of [`Let ${markup} in`, 'What to do about bob', 'Lower hand', 'Stop screen', 'Raise your hand', 'Lobby']) {
      assert.ok(names.includes(name), `${name} among ${names}`);
    }
    assert.equal(await page.$('#people b'), null, 'markup is text');
    await page.context().close();
  });
}
