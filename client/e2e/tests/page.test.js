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

test('requests are Kurento JSON-RPC: ids from 0, the interval in the first ping, the names as typed', async () => {
  const fake = new FakeSignaling();
  const page = await joined(fake);
  await until(page, () => globalThis.atrium.peers.has('ann'));
  assert.deepEqual(fake.pings[0], { jsonrpc: '2.0', method: 'ping', params: { interval: 4000 }, id: 0 });
  assert.deepEqual(fake.requests[0], {
    jsonrpc: '2.0',
    method: 'joinRoom',
    params: { user: 'ann', room: 'hall', dataChannels: false, speakers: true, extensions: true },
    id: 1,
  });
  await until(page, () => document.querySelector('#call:not([hidden])'));
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

// Joins, and answers with what publishVideo carries.
async function published(options) {
  const fake = new FakeSignaling();
  const offered = new Promise((resolve) => {
    fake.handlers.publishVideo = (params) => resolve(params);
  });
  const page = await joined(fake, options);
  return { page, ...(await offered) };
}

test('what publishVideo offers is one stream of sound and picture, sent only', async () => {
  const { page, sdpOffer, doLoopback } = await published();
  assert.equal(doLoopback, false);
  assert.deepEqual(sdpOffer.match(/^m=\w+|^a=(?:sendrecv|sendonly|recvonly)/gm), [
    'm=audio',
    'a=sendonly',
    'm=video',
    'a=sendonly',
  ]);
  await page.context().close();
});

test('the loopback option publishes both ways, in one size', async () => {
  const { page, sdpOffer, doLoopback } = await published({ path: `${joinForm}&loopback=1` });
  assert.equal(doLoopback, true);
  assert.equal(sdpOffer.match(/^a=sendrecv/gm).length, 2);
  assert.doesNotMatch(sdpOffer, /^a=simulcast/m);
  await page.context().close();
});

// The first codec of the video section.
const firstCodec = (sdp) => {
  const [, type] = /^m=video \d+ \S+ (\d+)/m.exec(sdp);
  return new RegExp(`^a=rtpmap:${type} (\\w+)`, 'm').exec(sdp)[1];
};
const DESCRIPTOR = /^a=extmap:\d+(?:\/\w+)? \S+#dependency-descriptor/m;

test('the camera is offered as VP8 in three sizes', async () => {
  const { page, sdpOffer } = await published();
  assert.equal(firstCodec(sdpOffer), 'VP8');
  assert.deepEqual(sdpOffer.match(/^a=(?:rid|simulcast):.*\w/gm), [
    'a=rid:l send',
    'a=rid:m send',
    'a=rid:h send',
    'a=simulcast:send l;m;h',
  ]);
  await page.context().close();
});

for (const [options, codec, simulcast] of [
  ['codec=h264', 'H264', true],
  ['codec=av1&mode=L3T3_KEY', 'AV1', false],
  ['mode=L2T3_KEY', 'VP9', false],
  ['codec=none&mode=none&size=320x180', 'VP8', false],
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
      await until(page, () => globalThis.atrium.peers.has('ann'));
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
  [204, 'The server does not open the room “hall” for you now.'],
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
  ['participantEvicted', {}, 'You were removed from this room.'],
  ['roomClosed', { room: 'hall' }, 'This room was closed.'],
]) {
  test(`${method} ends the call with a sentence, and does not come back`, async () => {
    const fake = new FakeSignaling();
    const page = await joined(fake);
    fake.notify(method, params);
    await page.waitForSelector('#lobby:not([hidden])');
    assert.equal(await page.textContent('#joinError'), sentence);
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
  assert.match(await page.textContent('#banner'), /connection to the server is lost/);
  fake.up = true;
  await until(page, () => globalThis.atrium.state === 'joined');
  await page.waitForSelector('#banner', { state: 'hidden' });
  assert.equal(fake.count('joinRoom'), 1);
  assert.deepEqual(fake.requests.find(({ method }) => method === 'connect').params, { sessionId: 'session-1' });
  await page.context().close();
});

test('a session the server forgot is joined again, and the grid is what the server says now', async () => {
  const fake = new FakeSignaling();
  fake.handlers.joinRoom = () => ({ value: [{ id: 'bob' }, { id: 'cyd' }], sessionId: 'session-1' });
  const page = await joined(fake);
  fake.handlers.joinRoom = () => ({ value: [{ id: 'cyd' }, { id: 'dan' }], sessionId: 'session-2' });
  fake.cut();
  await until(page, () => document.querySelectorAll('.tile[data-user=dan]').length === 1);
  await until(page, () => globalThis.atrium.state === 'joined');
  const names = await page.$$eval('.tile', (tiles) => tiles.map((tile) => tile.dataset.user));
  assert.deepEqual(names, ['ann', 'cyd', 'dan']);
  assert.equal(fake.count('joinRoom'), 2);
  await page.context().close();
});

test('whoever cannot be received says so on the tile', async () => {
  const fake = new FakeSignaling();
  fake.handlers.receiveVideoFrom = () => {
    throw { code: 302, message: 'no answer' };
  };
  const page = await joined(fake);
  fake.notify('participantJoined', { id: 'bob' });
  fake.notify('participantPublished', { id: 'bob', streams: [{ id: 'webcam' }] });
  await until(page, () => document.querySelector('.tile[data-user=bob] .tile-status')?.textContent.includes('cannot play'));
  assert.equal(fake.requests.find(({ method }) => method === 'receiveVideoFrom').params.sender, 'bob_webcam');
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
  await page.click('#showChat');
  assert.equal(await page.isVisible('#unread'), false);
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
  assert.equal(await page.isVisible('.tile.own .tile-badge'), true);
  await page.keyboard.press('v');
  assert.equal(await page.getAttribute('#camera', 'aria-pressed'), 'false');
  await page.keyboard.press('c');
  await until(page, () => document.activeElement.id === 'chatText');
  await page.keyboard.type('mvcp');
  assert.equal(await page.inputValue('#chatText'), 'mvcp');
  await page.keyboard.press('Escape');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'showChat');
  await page.context().close();
});

test('every control has a name for screen readers', async () => {
  const page = await joined(new FakeSignaling());
  const nameless = await page.$$eval('button, input', (controls) =>
    controls
      .filter((control) => !control.ariaLabel && !control.textContent.trim() && !control.labels?.length)
      .map((control) => control.outerHTML),
  );
  assert.deepEqual(nameless, []);
  await page.context().close();
});

for (const viewport of [{ width: 1280, height: 800 }, { width: 390, height: 844 }, { width: 844, height: 390 }]) {
  test(`1 to 16 tiles fit ${viewport.width}x${viewport.height}, none over another`, async () => {
    const fake = new FakeSignaling();
    const page = await joined(fake, { viewport });
    for (let count = 2; count <= 16; count++) {
      fake.notify('participantJoined', { id: `person ${count}` });
      await until(page, (wanted) => document.querySelectorAll('.tile').length === wanted, count);
      const problem = await page.evaluate(() => {
        const stage = document.getElementById('tiles').getBoundingClientRect();
        const boxes = [...document.querySelectorAll('.tile')].map((tile) => tile.getBoundingClientRect());
        const outside = boxes.filter(
          (box) => box.left < stage.left - 1 || box.right > stage.right + 1 || box.top < stage.top - 1 || box.bottom > stage.bottom + 1,
        );
        const over = boxes.filter((box, i) =>
          boxes.some((other, j) => j < i && box.left < other.right - 1 && other.left < box.right - 1 && box.top < other.bottom - 1 && other.top < box.bottom - 1),
        );
        return outside.length || over.length || boxes[0].width < 60 ? { outside, over, width: boxes[0].width } : null;
      });
      assert.equal(problem, null, `${count} tiles`);
    }
    const scrolls = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    assert.equal(scrolls, false);
    await page.context().close();
  });
}
