// What else happens in a room, through the real binary: chat, names, coming, going, and coming back.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, until } from '../harness/browser.js';
import { Participant } from '../harness/participant.js';
import { proxy } from '../harness/proxy.js';
import { serve } from '../harness/server.js';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const join = (server, name, options = {}) =>
  Participant.join(browser, server, { name, room: 'hall', size: '320x180', ...options });
// Remembers, and compares, the two connections of each page.
const keepPeers = (...people) =>
  Promise.all(people.map(({ page }) => page.evaluate(() => void (globalThis.kept = globalThis.atrium.connections))));
const keptPeers = (...people) =>
  Promise.all(
    people.map(({ page }) =>
      page.evaluate(() => {
        const now = globalThis.atrium.connections;
        return now.length === 2 && now.every((connection, i) => connection === globalThis.kept[i]);
      }),
    ),
  );
const close = (...everybody) => Promise.all(everybody.map(({ page }) => page.context().close()));

test('chat goes both ways, comes back to the writer, and is text', async (t) => {
  const server = await serve(t);
  const [ann, bob] = [await join(server, 'ann'), await join(server, 'bob')];
  const markup = '<b>hello</b> & <script>globalThis.hacked = true</script>';
  await ann.say(markup);
  await ann.reads(markup);
  await bob.reads(markup);
  await bob.say('and back');
  await ann.reads('and back');
  await bob.reads('and back');
  assert.deepEqual(await ann.messages(), [['You', markup], ['bob', 'and back']]);
  assert.deepEqual(await bob.messages(), [['ann', markup], ['You', 'and back']]);
  assert.equal(await bob.page.evaluate(() => globalThis.hacked), undefined);
  await close(ann, bob);
});

test('leaving removes the tile at once, and the last one out ends the room', async (t) => {
  const server = await serve(t);
  const [ann, bob] = [await join(server, 'ann'), await join(server, 'bob')];
  await ann.seesOnly(['bob']);
  assert.deepEqual(await server.rooms(), ['hall']);
  await bob.leave();
  await ann.seesOnly([], { timeout: 2_000 });
  await ann.leave();
  assert.deepEqual(await server.rooms(), []);
  await close(ann, bob);
});

test('a page that is closed leaves, without the grace of a lost connection', async (t) => {
  const server = await serve(t, { ATRIUM_SIGNALING_RECONNECT_GRACE: '1m' });
  const [ann, bob, cyd] = [await join(server, 'ann'), await join(server, 'bob'), await join(server, 'cyd')];
  await ann.seesOnly(['bob', 'cyd']);
  await bob.page.close({ runBeforeUnload: true });
  await ann.seesOnly(['cyd'], { timeout: 5_000 });
  await cyd.page.goto('about:blank');
  await ann.seesOnly([], { timeout: 5_000 });
  await close(ann, bob, cyd);
});

test('a name that is taken is told, and another one works', async (t) => {
  const server = await serve(t);
  const ann = await join(server, 'ann');
  const other = await Participant.open(browser, server, { name: 'ann', room: 'hall' });
  await other.page.click('#joinBtn');
  await other.page.waitForSelector('#joinError:not([hidden])');
  assert.equal(
    await other.text('#joinError'),
    'Somebody called “ann” is already in “hall”. Choose another name.',
  );
  await other.page.fill('#name', 'bob');
  await other.join();
  await ann.seesOnly(['bob']);
  await close(ann, other);
});

test('whoever has neither camera nor microphone watches', async (t) => {
  const server = await serve(t);
  const ann = await join(server, 'ann');
  const page = await browser.newPage();
  await page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotFoundError'));
  });
  await page.goto(`${server.url}/?room=hall&name=bob`);
  const bob = new Participant(page, 'bob', 'hall');
  await bob.join();
  await bob.firstPicture('ann');
  await bob.keepsPlaying('ann', 15);
  await ann.seesOnly(['bob']);
  await page.close();
  await close(ann);
});

test('whoever only has a microphone is heard, and shown by name', async (t) => {
  const server = await serve(t);
  const ann = await join(server, 'ann');
  const page = await browser.newPage();
  await page.addInitScript(() => {
    const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = (constraints) =>
      constraints.video ? Promise.reject(new DOMException('', 'NotFoundError')) : open(constraints);
  });
  await page.goto(`${server.url}/?room=hall&name=bob`);
  await page.waitForSelector('#deviceNote:not([hidden])');
  const bob = new Participant(page, 'bob', 'hall');
  await bob.join();
  await ann.hears('bob');
  assert.equal(await ann.page.isVisible('.tile[data-user=bob] .avatar'), true);
  await page.close();
  await close(ann);
});

test('a connection that breaks without a word is taken over, with the media untouched', async (t) => {
  const server = await serve(t);
  const line = await proxy(t, server);
  const ann = await join(server, 'ann');
  const bob = await join(line, 'bob');
  await bob.firstPicture('ann');
  await ann.firstPicture('bob');
  await keepPeers(ann, bob);

  line.cut();
  await bob.page.waitForSelector('#banner:not([hidden])');
  await bob.inCall();
  await bob.page.waitForSelector('#banner', { state: 'hidden' });

  await bob.keepsPlaying('ann', 15);
  await ann.keepsPlaying('bob', 15);
  assert.deepEqual(await keptPeers(ann, bob), [true, true], 'the peer connections are the ones from before');
  assert.doesNotMatch(await ann.text('#messages'), /bob left/);
  await ann.say('are you back?');
  await bob.reads('are you back?');
  await close(ann, bob);
});

test('media finds another way to the server on the connections that there are', async (t) => {
  const server = await serve(t);
  const [ann, bob] = [await join(server, 'ann'), await join(server, 'bob')];
  await bob.firstPicture('ann');
  await ann.firstPicture('bob');
  await keepPeers(ann, bob);

  await bob.page.evaluate(() => dispatchEvent(new Event('online'))); // as after a change of the network
  await ann.keepsPlaying('bob', 30);
  await bob.keepsPlaying('ann', 30);
  assert.equal(server.log.match(/ICE restarts/g)?.length, 2);
  assert.deepEqual(await keptPeers(ann, bob), [true, true], 'the peer connections are the ones from before');
  assert.deepEqual([...ann.page.problems, ...bob.page.problems], []);
  await close(ann, bob);
});

test('a connection lost for longer than the grace is joined again, with new media', async (t) => {
  const server = await serve(t, { ATRIUM_SIGNALING_RECONNECT_GRACE: '500ms' });
  const line = await proxy(t, server);
  const ann = await join(server, 'ann');
  const bob = await join(line, 'bob');
  await bob.firstPicture('ann');
  await ann.firstPicture('bob');
  await keepPeers(ann, bob);

  line.down();
  await ann.seesOnly([]);
  line.up();
  await bob.inCall();
  for (const [viewer, publisher] of [[bob, 'ann'], [ann, 'bob']]) {
    await viewer.seesOnly([publisher]);
    await viewer.keepsPlaying(publisher, 15);
  }
  assert.deepEqual(await keptPeers(ann, bob), [true, false], 'only bob has new connections');
  await bob.page.waitForSelector('#banner', { state: 'hidden' });
  assert.deepEqual(await server.rooms(), ['hall']);
  await close(ann, bob);
});

test('when the server dies and returns, everybody is back in the room with sound and picture', async (t) => {
  const server = await serve(t);
  const [ann, bob] = [await join(server, 'ann'), await join(server, 'bob')];
  await bob.firstPicture('ann');
  await server.kill();
  await bob.page.waitForSelector('#banner:not([hidden])');
  assert.match(await bob.text('#banner'), /connection to the server is lost/);
  await server.start();
  await Promise.all([ann.inCall({ timeout: 20_000 }), bob.inCall({ timeout: 20_000 })]);
  await bob.seesOnly(['ann']);
  await ann.seesOnly(['bob']);
  await bob.keepsPlaying('ann', 15, { timeout: 20_000 });
  await ann.keepsPlaying('bob', 15, { timeout: 20_000 });
  await close(ann, bob);
});

test('a server told to stop ends with 0 though people are in a call, and they are told', async (t) => {
  const server = await serve(t);
  const [ann, bob] = [await join(server, 'ann'), await join(server, 'bob')];
  await bob.firstPicture('ann');
  await server.stop(); // asserts the exit code
  for (const { page } of [ann, bob]) {
    await page.waitForSelector('#banner:not([hidden])');
  }
  await bob.leave(); // works without a server, too
  await close(ann, bob);
});

test('a room closed by an operator says so', async (t) => {
  const server = await serve(t);
  const ann = await join(server, 'ann');
  const answer = await fetch(`${server.url}/close?room=hall`, { method: 'POST' });
  assert.equal(answer.status, 200);
  await ann.page.waitForSelector('#ended:not([hidden])');
  assert.match(await ann.text('#endTitle'), /This room was closed|You were removed/);
  await close(ann);
});

test('a reload leads back into the call, under the same name, without the entrance', async (t) => {
  const server = await serve(t, { ATRIUM_SIGNALING_RECONNECT_GRACE: '1m' });
  const [ann, bob] = [await join(server, 'ann'), await join(server, 'bob')];
  await bob.firstPicture('ann');
  const began = performance.now();
  await ann.page.reload();
  await ann.inCall();
  t.diagnostic(`in the room again after ${Math.round(performance.now() - began)} ms`);
  assert.equal(await ann.page.isVisible('#lobby'), false);
  await bob.seesOnly(['ann']);
  await bob.keepsPlaying('ann', 15);
  await ann.keepsPlaying('bob', 15);
  await ann.leave();
  await ann.page.reload();
  await ann.page.waitForSelector('#lobby:not([hidden])');
  await close(ann, bob);
});

test('who has left joins again with one click', async (t) => {
  const server = await serve(t);
  const [ann, bob] = [await join(server, 'ann'), await join(server, 'bob')];
  await ann.leave();
  await bob.seesOnly([]);
  await ann.page.click('#rejoin');
  await ann.inCall();
  await bob.keepsPlaying('ann', 15);
  await ann.keepsPlaying('bob', 15);
  await close(ann, bob);
});
