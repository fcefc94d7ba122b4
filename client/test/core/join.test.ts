import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settled } from './clock.ts';
import { Refusal, SILENCE } from './scripted-server.ts';
import { JOINED, rejects, Stay } from './stay.ts';

test('a join says who one is and gives the people that are there', async () => {
  const stay = new Stay();
  stay.server.expect('joinRoom', JOINED);
  await stay.connect();
  assert.deepEqual(stay.server.last('joinRoom').params, {
    room: 'r', user: 'ann', token: 'tk', speakers: true, extensions: true, connections: 'paired',
  });
  const { room } = stay;
  assert.equal(room.state, 'connected');
  assert.equal(room.name, 'r');
  assert.equal(room.local.user, 'ann');
  assert.deepEqual(room.local.permissions, ['join', 'message']);
  assert.equal(room.moderation.allowed, false);
  assert.deepEqual([...room.participants.keys()], ['bob']);
  const bob = room.participants.get('bob')!;
  assert.equal(bob.role, 'moderator');
  assert.equal(bob.publications.get('webcam')!.source, 'camera');
  assert.deepEqual(stay.media.calls, ['+bob_webcam', 'joined']);
  const watchdog = Number(stay.server.requests.find(({ method }) => method === 'ping')?.params['interval']);
  assert.ok(watchdog >= 60_000, 'a page in the background, whose timers run once a minute, is not cut off');
  assert.deepEqual(stay.heard.slice(0, 3), ['stateChanged', 'participantJoined', 'streamPublished']);
  await stay.over();
});

test('one waits in the lobby until a moderator admits one', async () => {
  const stay = new Stay();
  stay.server.expect('joinRoom', new Refusal(425));
  const entry = stay.connect();
  await settled();
  assert.equal(stay.room.state, 'waiting');
  stay.server.expect('joinRoom', JOINED);
  await stay.notify('admitted', { room: 'r' });
  await entry;
  assert.equal(stay.room.state, 'connected');
  await stay.notify('admitted', { room: 'r' }); // ignored: one is in
  await stay.over();
});

test('who is denied hears why', async () => {
  const stay = new Stay();
  stay.server.expect('joinRoom', new Refusal(425));
  const entry = stay.connect();
  await settled();
  await stay.notify('denied', { reason: 'a private meeting' });
  const error = await rejects(entry, 'denied');
  assert.match(error.message, /a private meeting/);
  assert.ok(!stay.heard.includes('ended'), 'the rejection says it');
  await stay.over();
});

test('whoever loses the socket in the lobby goes on waiting there', async () => {
  const stay = new Stay();
  stay.server.expect('joinRoom', new Refusal(425));
  const entry = stay.connect();
  await settled();
  stay.server.expect('connect');
  stay.server.socket.end();
  await settled();
  assert.equal(stay.room.state, 'waiting');
  stay.server.expect('joinRoom', JOINED);
  await stay.notify('admitted');
  await entry;
  await stay.over();
});

const REFUSALS: [code: number, message: string, expected: string][] = [
  [104, 'exists', 'name-taken'],
  [201, "Room 'r' is full: 2 participants are allowed", 'room-full'],
  [202, "Room 'r' was not found, must be created before 'ann' can join", 'room-not-found'],
  [203, 'closing', 'room-closed'],
  [204, 'User cannot create a new room', 'server-error'],
  [302, 'no answer', 'codec-unsupported'],
  [401, '', 'token-refused'],
  [403, 'It is not permitted to join', 'not-permitted'],
  [403, "User 'ann' may not come into room 'r' for some time", 'banned'],
  [423, "Room 'r' is locked", 'room-locked'],
  [999, 'The user name is longer than 256 bytes', 'server-error'],
  [-32000, 'Too many requests', 'server-error'],
];

for (const [code, message, expected] of REFUSALS) {
  test(`a join refused with ${code} "${message}" is ${expected}`, async () => {
    const stay = new Stay();
    stay.server.expect('joinRoom', new Refusal(code, message));
    const error = await rejects(stay.connect(), expected);
    assert.equal(error.wireCode, code);
    assert.match(error.message, /^[A-Z].*\w/);
    if (['server-error', 'room-full', 'banned', 'room-locked'].includes(expected)) {
      assert.ok(error.message.includes(message));
    }
    assert.equal(stay.room.state, 'ended');
    await stay.over();
  });
}

test('a server that is not there is unreachable', async () => {
  const stay = new Stay();
  stay.server.accepts = 'no';
  await rejects(stay.connect(), 'unreachable');
  await stay.over();
});

test('a socket that never opens is unreachable after a while', async () => {
  const stay = new Stay();
  stay.server.accepts = 'never';
  const entry = stay.connect();
  await stay.clock.pass(10_000);
  await rejects(entry, 'unreachable');
  await stay.over();
});

test('an address that is none is unreachable', async () => {
  const stay = new Stay();
  stay.server.webSocket = () => {
    throw new SyntaxError('not a URL');
  };
  (stay.room.options.platform as { webSocket: unknown }).webSocket = stay.server.webSocket;
  await rejects(stay.connect(), 'unreachable');
  await stay.over();
});

test('a socket that breaks during the join fails it', async () => {
  const stay = new Stay();
  stay.server.expect('joinRoom', SILENCE);
  const entry = stay.connect();
  await settled();
  stay.server.socket.end();
  await rejects(entry, 'signaling-lost');
  await stay.over();
});

test('a join that is never answered times out', async () => {
  const stay = new Stay();
  stay.server.expect('joinRoom', SILENCE);
  const entry = stay.connect();
  await stay.clock.pass(16_000);
  await rejects(entry, 'timeout');
  await stay.over();
});

test('a server without paired connections is left again', async () => {
  const stay = new Stay();
  stay.server.expect('joinRoom', { ...JOINED, connections: undefined }).expect('leaveRoom');
  await rejects(stay.connect(), 'not-supported');
  await stay.over();
});

test('one can join again after the end, and not before', async () => {
  const stay = await new Stay().enter();
  await rejects(stay.connect(), 'aborted');
  assert.equal(stay.room.state, 'connected');
  stay.server.expect('leaveRoom');
  await stay.room.leave();
  assert.equal(stay.room.participants.size, 0);
  await stay.enter();
  assert.equal(stay.room.participants.size, 1);
  await stay.over();
});

test('what is muted on entry is known before one publishes', async () => {
  const stay = await new Stay().enter({ ...JOINED, room: { muteOnEntry: ['audio'] } });
  assert.deepEqual(stay.room.local._streams.get('webcam'), { id: 'webcam', audioMuted: true, videoMuted: false });
  await stay.over();
  assert.equal(stay.room.local._streams.size, 0);
});
