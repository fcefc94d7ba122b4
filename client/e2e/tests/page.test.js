// The call page against a fake server: what it sends, and what it tells the person.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, until } from '../harness/browser.js';
import { FakeSignaling, INSECURE } from '../harness/fake-signaling.js';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const joinForm = '/?room=hall&name=ann';

async function joined(fake, options) {
  const page = await fake.open(browser, { path: joinForm, ...options });
  await page.click('#joinBtn');
  await until(page, () => globalThis.atrium.state === 'joined');
  return page;
}

// Makes getUserMedia fail with the named error whenever `kinds` are asked for.
const withoutDevices = (name, kinds) => (page) =>
  page.addInitScript(
    ([errorName, refused]) => {
      const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = (constraints) =>
        refused.some((kind) => constraints[kind])
          ? Promise.reject(new DOMException('', errorName))
          : open(constraints);
    },
    [name, kinds],
  );

test('a link brings its room, and the form says so', async () => {
  const page = await new FakeSignaling().open(browser, { path: '/#/rooms/winter%20garden' });
  await until(page, () => document.activeElement.id === 'name');
  assert.equal(await page.inputValue('#roomName'), 'winter garden');
  assert.equal(await page.textContent('#joinTitle'), 'Join “winter garden”');
  await page.context().close();
});

test('joining asks for everything that the page can do, as the name and room were typed', async () => {
  const fake = new FakeSignaling();
  const page = await joined(fake);
  const { params } = fake.requests.find(({ method }) => method === 'joinRoom');
  assert.deepEqual(params, { user: 'ann', room: 'hall', speakers: true, extensions: true, connections: 'paired' });
  await until(page, () => document.querySelector('#call:not([hidden])'));
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test('a server that knows only one connection for each stream is said to be too old', async () => {
  const fake = new FakeSignaling();
  fake.handlers.joinRoom = () => ({ value: [], sessionId: 'session-1' });
  const page = await fake.open(browser, { path: joinForm });
  await page.click('#joinBtn');
  await page.waitForSelector('#joinError:not([hidden])');
  assert.match(await page.textContent('#joinError'), /too old/);
  await page.context().close();
});

test('without a room in the address one is made up, and the link has it after joining', async () => {
  const page = await new FakeSignaling().open(browser, { path: '/?name=ann' });
  const room = await page.inputValue('#roomName');
  assert.match(room, /^[a-z]+-[a-z]+-\d{4}$/);
  assert.equal(await page.textContent('#joinTitle'), 'Start a call');
  await page.click('#joinBtn');
  await until(page, () => globalThis.atrium.state === 'joined');
  assert.ok(page.url().endsWith(`/#/rooms/${room}`), page.url());
  await page.context().close();
});

// Joins, and answers with what publish carries.
async function published(options) {
  const fake = new FakeSignaling();
  const offered = new Promise((resolve) => {
    fake.handlers.publish = (params) => void resolve(params);
  });
  const page = await joined(fake, options);
  return { page, ...(await offered) };
}

test('what is offered is one stream of sound and picture, sent only', async () => {
  const { page, sdpOffer, streams } = await published();
  assert.deepEqual(sdpOffer.match(/^m=\w+|^a=(?:sendrecv|sendonly|recvonly)/gm), ['m=audio', 'a=sendonly', 'm=video', 'a=sendonly']);
  assert.deepEqual(streams.map(({ id, mids }) => [id, mids.length]), [['webcam', 2]]);
  await page.context().close();
});

// The first codec of the video section.
const firstCodec = (sdp) => {
  const [, type] = /^m=video \d+ \S+ (\d+)/m.exec(sdp);
  return new RegExp(`^a=rtpmap:${type} (\\w+)`, 'm').exec(sdp)[1];
};
const DESCRIPTOR = /^a=extmap:\d+(?:\/\w+)? \S+#dependency-descriptor/m;

test('the camera is offered in three sizes', async () => {
  const { page, sdpOffer } = await published();
  assert.equal(sdpOffer.match(/^a=rid:\w+ send/gm)?.length, 3);
  assert.match(sdpOffer, /^a=simulcast:send \w+;\w+;\w+/m);
  await page.context().close();
});

for (const [options, codec, simulcast] of [
  ['codec=vp8', 'VP8', true],
  ['codec=h264', 'H264', true],
  ['codec=av1&mode=L3T3_KEY', 'AV1', false],
  ['mode=L2T3_KEY', 'VP9', false],
]) {
  test(`${options} in the address offers ${codec}${simulcast ? ' in three sizes' : ''}`, async () => {
    const { page, sdpOffer } = await published({ path: `${joinForm}&${options}` });
    assert.equal(firstCodec(sdpOffer), codec);
    assert.equal(/^a=simulcast/m.test(sdpOffer), simulcast);
    if (codec === 'AV1') {
      assert.match(sdpOffer, DESCRIPTOR);
    }
    await page.context().close();
  });
}

for (const [name, kinds, sentence] of [
  ['NotAllowedError', ['audio', 'video'], /does not let this page use your camera and microphone.*still join/],
  ['NotFoundError', ['audio', 'video'], /No camera and microphone was found.*still join/],
  ['NotFoundError', ['video'], /No camera was found\. The others will hear you/],
  ['NotFoundError', ['audio'], /No microphone was found\. The others will see you/],
  ['NotReadableError', ['video'], /Your camera is in use by another application/],
]) {
  test(`${name} for ${kinds.join(' and ')} is explained, and joining works`, async () => {
    const fake = new FakeSignaling();
    const page = await fake.open(browser, { path: joinForm, prepare: withoutDevices(name, kinds) });
    await page.waitForSelector('#deviceNote:not([hidden])');
    assert.match(await page.textContent('#deviceNote'), sentence);
    await page.click('#joinBtn');
    await until(page, () => globalThis.atrium.state === 'joined');
    assert.equal(await page.isDisabled('#camera'), kinds.includes('video'));
    assert.equal(await page.isDisabled('#microphone'), kinds.includes('audio'));
    if (kinds.length < 2) {
      await until(page, () => globalThis.atrium.room.local.publications.has('webcam'));
    }
    await page.context().close();
  });
}

test('a page over plain http says why it has no camera', async () => {
  const page = await new FakeSignaling().open(browser, { origin: INSECURE, path: joinForm });
  await page.waitForSelector('#deviceNote:not([hidden])');
  assert.match(await page.textContent('#deviceNote'), /only to pages opened over https:\/\/ or on localhost/);
  await page.context().close();
});

for (const [code, sentence] of [
  [104, 'Somebody called “ann” is already in “hall”. Choose another name.'],
  [202, 'There is no room “hall” here.'],
  [423, 'The room “hall” is locked: nobody else is let in now.'],
]) {
  test(`error ${code} to joinRoom is put into words, and another try works`, async () => {
    const fake = new FakeSignaling();
    const join = fake.handlers.joinRoom;
    fake.handlers.joinRoom = () => {
      throw { code, message: 'refused' };
    };
    const page = await fake.open(browser, { path: joinForm });
    await page.click('#joinBtn');
    await page.waitForSelector('#joinError:not([hidden])');
    assert.equal(await page.textContent('#joinError'), sentence);
    fake.handlers.joinRoom = join;
    await page.click('#joinBtn');
    await until(page, () => globalThis.atrium.state === 'joined');
    await page.context().close();
  });
}

test('a server that is not there is put into words', async () => {
  const fake = new FakeSignaling();
  fake.up = false;
  const page = await fake.open(browser, { path: joinForm });
  await page.click('#joinBtn');
  await page.waitForSelector('#joinError:not([hidden])');
  assert.match(await page.textContent('#joinError'), /server cannot be reached/);
  await page.context().close();
});

for (const [method, params, sentence] of [
  ['participantEvicted', {}, 'You were removed from this room'],
  ['roomClosed', { room: 'hall' }, 'This room was closed'],
]) {
  test(`${method} ends the call with a sentence, and does not come back`, async () => {
    const fake = new FakeSignaling();
    const page = await joined(fake);
    fake.notify(method, params);
    await page.waitForSelector('#ended:not([hidden])');
    assert.equal(await page.textContent('#endTitle'), sentence);
    assert.equal(await page.evaluate(() => globalThis.atrium.state), 'lobby');
    assert.equal(fake.sockets, 1);
    await page.context().close();
  });
}

test('a lost socket is announced and taken over with connect', async () => {
  const fake = new FakeSignaling();
  fake.handlers.connect = ({ sessionId }) => ({ value: 'reconnection successful', sessionId });
  const page = await joined(fake);
  fake.up = false;
  fake.cut();
  await page.waitForSelector('#banner:not([hidden])');
  assert.match(await page.textContent('#banner'), /connection.* lost/);
  fake.up = true;
  await until(page, () => globalThis.atrium.state === 'joined');
  await page.waitForSelector('#banner', { state: 'hidden' });
  assert.equal(fake.count('joinRoom'), 1);
  assert.deepEqual(fake.requests.find(({ method }) => method === 'connect').params, { sessionId: 'session-1' });
  await page.context().close();
});

test('a session the server forgot is joined again, and the grid is what the server says now', async () => {
  const fake = new FakeSignaling();
  fake.handlers.joinRoom = () => ({ value: [{ id: 'bob' }, { id: 'cyd' }], sessionId: 'session-1', connections: 'paired' });
  const page = await joined(fake);
  fake.handlers.joinRoom = () => ({ value: [{ id: 'cyd' }, { id: 'dan' }], sessionId: 'session-2', connections: 'paired' });
  fake.cut();
  await until(page, () => document.querySelectorAll('.tile[data-user=dan]').length === 1);
  await until(page, () => globalThis.atrium.state === 'joined');
  const names = await page.$$eval('.tile', (tiles) => tiles.map((tile) => tile.dataset.user));
  assert.deepEqual(names.sort(), ['ann', 'cyd', 'dan']);
  assert.equal(fake.count('joinRoom'), 2);
  await page.context().close();
});

test('whoever cannot be received says so on the tile', async () => {
  const fake = new FakeSignaling();
  fake.handlers.subscribe = ({ senders }) => ({ failed: senders.map((sender) => ({ sender, code: 302, message: 'no answer' })) });
  const page = await joined(fake);
  fake.notify('participantJoined', { id: 'bob' });
  fake.notify('participantPublished', { id: 'bob', streams: [{ id: 'webcam' }] });
  await until(page, () => document.querySelector('.tile[data-user=bob] .tile-status')?.textContent.includes('cannot play'));
  assert.deepEqual(fake.requests.find(({ method }) => method === 'subscribe').params.senders, ['bob_webcam']);
  await page.context().close();
});

test('markup in names and messages is text', async () => {
  const markup = '<img src=x onerror="globalThis.hacked=1"><b>x</b>';
  const fake = new FakeSignaling();
  const page = await joined(fake);
  fake.notify('participantJoined', { id: markup });
  fake.notify('sendMessage', { user: markup, room: 'hall', message: markup });
  await page.click('#showChat');
  await until(page, () => document.querySelector('.message-text'));
  assert.equal(await page.textContent('.message-text'), markup);
  assert.equal(await page.$$eval('img[src=x], #call b', (found) => found.length), 0);
  assert.equal(await page.evaluate(() => globalThis.hacked), undefined);
  await page.context().close();
});

test('messages that come while the chat is closed are counted', async () => {
  const fake = new FakeSignaling();
  const page = await joined(fake);
  fake.notify('sendMessage', { user: 'bob', room: 'hall', message: 'one' });
  fake.notify('sendMessage', { user: 'bob', room: 'hall', message: 'two' });
  await until(page, () => document.getElementById('unread').textContent === '2');
  assert.equal(await page.title(), '(2) hall · Atrium');
  await page.click('#showChat');
  assert.equal(await page.isVisible('#unread'), false);
  assert.equal(await page.title(), 'hall · Atrium');
  await page.context().close();
});

test('the whole way works by keyboard', async () => {
  const fake = new FakeSignaling();
  const page = await fake.open(browser);
  await until(page, () => document.getElementById('preview').videoWidth > 0);
  await page.keyboard.type('ann');
  await page.keyboard.press('Tab');
  await page.keyboard.type('hall');
  await page.keyboard.press('Enter');
  await until(page, () => globalThis.atrium.state === 'joined' && !document.getElementById('call').hidden);
  await page.keyboard.press('m');
  assert.equal(await page.getAttribute('#microphone', 'aria-pressed'), 'false');
  assert.equal(await page.isVisible('.tile.own .tile-badge.muted'), true);
  await page.keyboard.press('v');
  assert.equal(await page.getAttribute('#camera', 'aria-pressed'), 'false');
  await page.keyboard.press('c');
  await until(page, () => document.activeElement.id === 'chatText');
  await page.keyboard.type('mvcp');
  assert.equal(await page.inputValue('#chatText'), 'mvcp');
  await page.keyboard.press('Escape');
  assert.equal(await page.evaluate(() => document.getElementById('panel').hidden), true);
  await page.keyboard.press('?');
  await page.waitForSelector('dialog#help[open]');
  await page.keyboard.press('m'); // a dialog is open: the microphone stays as it is
  assert.equal(await page.getAttribute('#microphone', 'aria-pressed'), 'false');
  await page.keyboard.press('Escape');
  await page.waitForSelector('dialog#help', { state: 'detached' });
  await page.context().close();
});

test('every control has a name for screen readers', async () => {
  const page = await joined(new FakeSignaling());
  const nameless = await page.$$eval('button, input, select, textarea', (controls) =>
    controls
      .filter((control) => !control.ariaLabel && !control.textContent.trim() && !control.labels?.length)
      .map((control) => control.outerHTML),
  );
  assert.deepEqual(nameless, []);
  await page.context().close();
});

test('menus are worked with arrows, and give the focus back', async () => {
  const page = await joined(new FakeSignaling());
  await page.focus('#layout');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[role=menu]');
  await page.keyboard.press('ArrowUp'); // around to the last
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'layout');
  await page.keyboard.press('Enter');
  assert.equal(await page.getAttribute('#layout-speaker', 'aria-checked'), 'true');
  await page.keyboard.press('Escape');
  assert.equal(await page.$('[role=menu]'), null);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'layout');
  await page.context().close();
});

test('dark and light are remembered', async () => {
  const fake = new FakeSignaling();
  const page = await joined(fake, { prepare: (opened) => opened.emulateMedia({ colorScheme: 'dark' }) });
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const dark = await ground();
  await page.click('#more');
  await page.click('#openSettings');
  await page.click('label:has([name="choice-Look"][value=light])');
  assert.notEqual(await ground(), dark);
  await page.reload();
  await until(page, () => document.documentElement.dataset.theme === 'light');
  assert.notEqual(await ground(), dark);
  await page.context().close();
});

test('a finger finds everything on a phone', async () => {
  const page = await joined(new FakeSignaling(), { viewport: { width: 390, height: 844 } });
  await page.click('#more');
  await page.evaluate(() => Promise.all(document.getAnimations().map(({ finished }) => finished)));
  const small = await page.$$eval('.toolbar button, .menu-item', (buttons) =>
    buttons
      .filter((button) => button.checkVisibility())
      .map((button) => ({ name: button.title || button.textContent, box: button.getBoundingClientRect() }))
      .filter(({ box }) => box.width < 44 || box.height < 44 || box.left < 0 || box.right > innerWidth),
  );
  assert.deepEqual(small, []);
  await page.click('.menu-item >> text=People');
  await page.waitForSelector('#peopleList [data-user=ann]');
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false);
  await page.context().close();
});
