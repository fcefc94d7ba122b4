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
// Remembers, and compares, the peer connection each of the two receives the other with.
const keepPeers = (ann, bob) =>
  Promise.all([
    ann.page.evaluate(() => void (globalThis.kept = globalThis.atrium.peers.get('bob'))),
    bob.page.evaluate(() => void (globalThis.kept = globalThis.atrium.peers.get('ann'))),
  ]);
const keptPeers = (ann, bob) =>
  Promise.all([
    ann.page.evaluate(() => globalThis.kept === globalThis.atrium.peers.get('bob')),
    bob.page.evaluate(() => globalThis.kept === globalThis.atrium.peers.get('ann')),
  ]);
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

  for (const user of ['bob', 'ann']) { // what bob publishes, and what he receives of ann
    await bob.page.evaluate((name) => globalThis.atrium.peers.get(name).restart(), user);
    await ann.keepsPlaying('bob', 30);
    await bob.keepsPlaying('ann', 30);
  }
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
  for (const [viewer, publisher] of [[bob, 'ann'], [ann, 'bob']]) {
    await until(viewer.page, (user) => ![undefined, globalThis.kept].includes(globalThis.atrium.peers.get(user)), publisher);
    await viewer.keepsPlaying(publisher, 15);
  }
  assert.equal(await bob.page.isVisible('#banner'), false);
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
  await until(bob.page, () => globalThis.atrium.peers.has('ann'));
  await until(ann.page, () => globalThis.atrium.peers.has('bob'));
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
  await ann.page.waitForSelector('#lobby:not([hidden])');
  assert.match(await ann.text('#joinError'), /This room was closed|You were removed/);
  await close(ann);
});

for (const [how, query, env] of [
  ['the address asks for it', '&loopback=1', {}],
  ['the server is so configured', '', { ATRIUM_CLIENT_LOOPBACK_REMOTE: 'true' }],
]) {
  test(`loopback shows one's own picture as the server sends it, when ${how}`, async (t) => {
    const server = await serve(t, env);
    const ann = await join(server, 'ann', { query });
    await ann.firstPicture('ann');
    await ann.keepsPlaying('ann', 15);
    const own = await ann.page.$eval('.tile.own video', (video) => ({
      fromServer: video.srcObject === globalThis.atrium.peers.get('ann').stream,
      mirrored: video.classList.contains('mirrored'),
      muted: video.muted,
    }));
    assert.deepEqual(own, { fromServer: true, mirrored: false, muted: true });
    await ann.page.$eval('.tile.own video', (video) => (video.muted = false)); // getStats hears nothing of a muted one
    await ann.hears('ann');
    await close(ann);
  });
}
