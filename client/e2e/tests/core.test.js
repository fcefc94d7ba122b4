// The SDK's core against the real server: what was tested against a script is so.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { core, next, roomFor, until } from '../harness/core.js';
import { proxy } from '../harness/proxy.js';
import { serve } from '../harness/server.js';
import { TOKEN_MODE, tokenFor } from '../harness/tokens.js';

let sdk;
before(async () => (sdk = await core()));

const address = ({ url }) => `${url.replace('http', 'ws')}/room`;

async function enter(t, server, user, more = {}) {
  const room = roomFor(t, sdk);
  await room.connect(address(server), { room: 'r', user, ...more });
  return room;
}

test('people meet, talk and leave', async (t) => {
  const server = await serve(t);
  const ann = await enter(t, server, 'ann', { metadata: { title: 'Dr' } });
  const arrival = next(ann, 'participantJoined');
  const bob = await enter(t, server, 'bob');
  assert.equal((await arrival).participant.user, 'bob');
  assert.deepEqual(bob.participants.get('ann').metadata, { title: 'Dr' });
  assert.ok(bob.local.permissions.includes('message'));
  assert.equal(bob.settings.locked, false);

  const [heard, echo, data] = [next(bob, 'chat'), next(ann, 'chat'), next(bob, 'data')];
  await ann.sendChat('hello');
  assert.equal((await heard).message.text, 'hello');
  assert.equal((await echo).message.user, 'ann');
  await ann.sendData({ x: 1 }, { topic: 'cursor', users: ['bob'] });
  assert.deepEqual(await data, { from: 'ann', topic: 'cursor', data: { x: 1 } });

  await ann.request('raiseHand', { raised: true });
  await until('the hand is seen', () => bob.participants.get('ann').handRaisedAt > 0 && ann.local.handRaisedAt > 0);
  await ann.request('changeMetadata', { metadata: {} });
  await until('the metadata is gone', () => !bob.participants.get('ann').metadata?.title);

  const left = next(bob, 'participantLeft');
  await ann.leave();
  assert.equal((await left).participant.user, 'ann');
  await ann.connect(address(server), { room: 'r', user: 'ann' });
  assert.equal(ann.participants.size, 1);
});

test('who may moderate does, and refusals are told apart', async (t) => {
  const server = await serve(t, TOKEN_MODE);
  const token = (user, role) => tokenFor(user, 'r', role);
  await assert.rejects(enter(t, server, 'ann'), { code: 'token-refused', wireCode: 401 });
  const ann = await enter(t, server, 'ann', { token: token('ann', 'moderator') });
  assert.equal(ann.moderation.allowed, true);
  await assert.rejects(enter(t, server, 'ann', { token: token('ann') }), { code: 'name-taken' });
  const bob = await enter(t, server, 'bob', { token: token('bob') });
  assert.equal(bob.moderation.allowed, false);
  await assert.rejects(bob.moderation.mute('ann', { audio: true }), { code: 'not-permitted' });

  await ann.moderation.changeRoom({ locked: true, chatHistory: 10 });
  await ann.sendChat('for those who come later');
  assert.deepEqual((await bob.chatHistory()).map(({ user, text }) => [user, text]), [['ann', 'for those who come later']]);
  await until('the lock is known', () => bob.settings.locked);
  await assert.rejects(enter(t, server, 'cy', { token: token('cy') }), { code: 'room-locked' });
  await ann.moderation.changeRoom({ locked: false, maxParticipants: 2 });
  await assert.rejects(enter(t, server, 'cy', { token: token('cy') }), { code: 'room-full' });

  const end = next(bob, 'ended');
  await ann.moderation.evict('bob', { reason: 'noise', banSeconds: 60 });
  assert.deepEqual([(await end).reason, (await end).text], ['evicted', 'noise']);
  await assert.rejects(enter(t, server, 'bob', { token: token('bob') }), { code: 'banned' });

  const closed = next(ann, 'ended');
  await ann.moderation.closeRoom('late').catch(() => {});
  assert.deepEqual([(await closed).reason, (await closed).text], ['closed', 'late']);
});

test('the lobby admits and denies', async (t) => {
  const server = await serve(t, TOKEN_MODE);
  const ann = await enter(t, server, 'ann', { token: tokenFor('ann', 'r', 'moderator') });
  await ann.moderation.changeRoom({ lobby: true });
  const bob = roomFor(t, sdk);
  const entry = bob.connect(address(server), { room: 'r', user: 'bob', token: tokenFor('bob', 'r') });
  await until('bob waits', () => ann.waiting.has('bob') && bob.state === 'waiting');
  bob.sockets.at(-1).close(); // and is still waiting afterwards
  await until('bob is back in the lobby', () => bob.sockets.length === 2 && bob.state === 'waiting');
  await ann.moderation.admit('bob');
  await entry;
  assert.equal(ann.waiting.size, 0);
  const refused = assert.rejects(enter(t, server, 'eve', { token: tokenFor('eve', 'r') }), { code: 'denied', message: /private/ });
  await until('eve waits', () => ann.waiting.has('eve'));
  await ann.moderation.deny('eve', 'a private meeting');
  await refused;
});

test('a cut socket is resumed, and what was missed is made up for', async (t) => {
  const server = await serve(t);
  const wire = await proxy(t, server);
  const ann = await enter(t, wire, 'ann');
  const bob = await enter(t, server, 'bob');
  await until('bob is seen', () => ann.participants.has('bob'));
  const person = ann.participants.get('bob');
  const left = [];
  bob.on('participantLeft', (event) => left.push(event));

  wire.down();
  await until('the loss is noticed', () => ann.state === 'reconnecting');
  await bob.request('raiseHand', { raised: true });
  const cy = await enter(t, server, 'cy');
  const asked = ann.request('changeMetadata', { metadata: { seat: 4 } });
  const start = performance.now();
  wire.up();
  const { resumed } = await next(ann, 'reconnected');
  const took = performance.now() - start;
  assert.ok(resumed);
  assert.ok(took < 3_000, `${took} ms`);
  t.diagnostic(`resumed ${Math.round(took)} ms after the network was there again`);
  await asked;
  assert.equal(ann.participants.get('bob'), person);
  assert.ok(person.handRaisedAt > 0);
  assert.ok(ann.participants.has('cy'));
  assert.deepEqual(left, [], 'nobody noticed');
  await until('what was asked meanwhile was done', () => cy.participants.get('ann').metadata?.seat === 4);
});

test('a request whose answer was lost with the socket is answered once more', async (t) => {
  const server = await serve(t);
  const wire = await proxy(t, server);
  const ann = await enter(t, wire, 'ann');
  for (let round = 0; round < 10; round++) {
    const asked = ann.request('changeMetadata', { metadata: { round } });
    setTimeout(wire.cut, round / 2);
    await asked;
    await until('ann is back, and it was done', () => ann.state === 'connected' && ann.local.metadata?.round === round);
  }
});

test('a server that was restarted is joined again', async (t) => {
  const server = await serve(t);
  const ann = await enter(t, server, 'ann', { metadata: { title: 'Dr' } });
  const bob = await enter(t, server, 'bob');
  const back = Promise.all([next(ann, 'reconnected'), next(bob, 'reconnected')]);
  await server.kill();
  await until('the loss is noticed', () => ann.state === 'reconnecting');
  await server.start();
  const start = performance.now();
  assert.deepEqual((await back).map(({ resumed }) => resumed), [false, false]);
  t.diagnostic(`both were back ${Math.round(performance.now() - start)} ms after the server was ready`);
  await until('they see each other', () => bob.participants.has('ann') && ann.participants.has('bob'));
  assert.deepEqual(bob.participants.get('ann').metadata, { title: 'Dr' });
});

test('a session that is taken over elsewhere ends', async (t) => {
  const server = await serve(t);
  const wire = await proxy(t, server);
  const ann = await enter(t, wire, 'ann');
  wire.down();
  await until('the loss is noticed', () => ann.state === 'reconnecting');
  const other = await enter(t, server, 'ann'); // its socket is gone: the name is free
  wire.up();
  const end = next(ann, 'ended');
  await assert.doesNotReject(other.sendChat('mine now'));
  const { reason, error } = await Promise.race([end, new Promise((resolve) => setTimeout(resolve, 30_000, {}))]);
  assert.deepEqual([reason, error?.code], ['replaced', 'name-taken']);
  assert.equal(other.state, 'connected');
});
