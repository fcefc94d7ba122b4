import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settled } from './clock.ts';
import { Refusal, SILENCE } from './scripted-server.ts';
import { JOINED, rejects, Stay } from './stay.ts';

const ROOM = { ...JOINED, speakers: { dominant: 'bob', speakers: [{ id: 'bob', level: -20 }] } };

test('a lost socket is resumed at once, and nobody notices', async () => {
  const stay = await new Stay().enter();
  const bob = stay.room.participants.get('bob');
  stay.server.expect('connect').expect('getRoom', ROOM);
  stay.server.socket.end();
  assert.equal(stay.room.state, 'reconnecting');
  await settled();
  assert.equal(stay.clock.time, 0, 'without waiting');
  assert.equal(stay.room.state, 'connected');
  assert.deepEqual(stay.server.last('connect').params, { sessionId: 'secret' });
  assert.equal(stay.room.participants.get('bob'), bob);
  assert.deepEqual(stay.media.calls, ['lost', 'back true']);
  assert.deepEqual(stay.event('reconnected'), { resumed: true });
  assert.ok(!stay.heard.includes('participantJoined'));
  await stay.over();
});

test('the server is back after 2.5 s: resumed within 3 s more', async () => {
  const stay = await new Stay().enter();
  stay.server.accepts = 'no';
  stay.server.socket.end();
  await stay.clock.pass(2_500);
  assert.ok(stay.server.sockets.length <= 6, 'attempts become rarer');
  stay.server.accepts = 'yes';
  stay.server.expect('connect').expect('getRoom', JOINED);
  await stay.clock.pass(3_000);
  assert.equal(stay.room.state, 'connected');
  await stay.over();
});

test('pauses never grow beyond 3 s', async () => {
  const stay = await new Stay().enter();
  stay.server.accepts = 'no';
  stay.server.socket.end();
  await stay.clock.pass(60_000);
  const before = stay.server.sockets.length;
  await stay.clock.pass(30_000);
  assert.equal(stay.server.sockets.length - before, 10);
  await stay.room.leave();
  await stay.over();
});

test('a path that has died without a word is found by pings', async () => {
  const stay = await new Stay().enter();
  await stay.clock.pass(60_000);
  assert.equal(stay.room.state, 'connected');
  assert.equal(stay.server.sockets.length, 1);
  stay.server.reachable = false;
  stay.server.accepts = 'never';
  await stay.clock.pass(8_000);
  assert.equal(stay.room.state, 'reconnecting');
  stay.server.reachable = true;
  stay.server.accepts = 'yes';
  stay.server.expect('connect').expect('getRoom', JOINED);
  await stay.clock.pass(9_000);
  assert.equal(stay.room.state, 'connected');
  await stay.over();
});

test('after a change of the network a dead socket is found in 2 s, a live one is kept', async () => {
  const stay = await new Stay().enter();
  stay.networkListeners.forEach((changed) => changed());
  await stay.clock.pass(2_000);
  assert.equal(stay.server.sockets.length, 1);
  assert.deepEqual(stay.media.calls, ['network']);
  stay.server.reachable = false;
  stay.networkListeners.forEach((changed) => changed());
  await stay.clock.pass(1_000);
  stay.server.reachable = true;
  stay.server.expect('connect').expect('getRoom', JOINED);
  await stay.clock.pass(1_000);
  assert.equal(stay.room.state, 'connected');
  assert.equal(stay.server.sockets.length, 2);
  await stay.over();
});

for (const [what, accepts, after] of [['an attempt that hangs', 'never', 1_000], ['a pause between attempts', 'no', 30_000]] as const) {
  test(`a change of the network ends ${what}`, async () => {
    const stay = await new Stay().enter();
    stay.server.accepts = accepts;
    stay.server.socket.end();
    await stay.clock.pass(after);
    stay.server.accepts = 'yes';
    stay.server.expect('connect').expect('getRoom', JOINED);
    stay.networkListeners.forEach((changed) => changed());
    await settled();
    assert.equal(stay.room.state, 'connected');
    await stay.over();
  });
}

test('what had no answer is asked again under its id, a message is not', async () => {
  const stay = await new Stay().enter();
  stay.server.expect('publish', SILENCE).expect('sendMessage', SILENCE);
  const published = stay.room.call<{ sdpAnswer: string }>('publish', { sdpOffer: 'v=0' });
  const said = stay.room.sendChat('once');
  await settled();
  const [first, message] = [stay.server.last('publish'), stay.server.last('sendMessage')];
  stay.server.socket.end();
  const later = stay.room.request('raiseHand', { raised: true });
  stay.server.expect('connect').expect('publish', { sdpAnswer: 'v=1' }).expect('raiseHand').expect('getRoom', JOINED);
  await settled();
  assert.equal((await published).sdpAnswer, 'v=1');
  await later;
  assert.equal(stay.server.last('publish').id, first.id);
  assert.notEqual(stay.server.last('publish').socket, first.socket);
  assert.ok(stay.server.last('connect').id > first.id, 'ids count on');
  assert.equal(stay.server.asked.filter((method) => method === 'sendMessage').length, 1);
  stay.server.answer({ ...message, socket: stay.server.socket }, {}); // the server had kept it
  await said;
  await stay.over();
});

test('what was missed while away is made up for', async () => {
  const stay = await new Stay().enter({ ...JOINED, value: [...JOINED.value, { id: 'cy', streams: [{ id: 'screen' }] }] });
  const bob = stay.room.participants.get('bob')!;
  await stay.notify('participantChanged', { id: 'ann', handRaised: true, handRaisedAt: 3 });
  stay.server.expect('connect').expect('getRoom', {
    value: [
      { id: 'bob', streams: [{ id: 'webcam', audioOff: true }, { id: 'screen' }], handRaised: true, handRaisedAt: 5 },
      { id: 'dan', streams: [{ id: 'webcam' }] },
    ],
    me: { id: 'ann', role: 'moderator', permissions: ['moderate'] },
    room: { locked: true },
    waiting: [{ id: 'eve' }],
    speakers: { dominant: 'dan', speakers: [] },
  });
  stay.server.socket.end();
  await settled();
  const { room, media } = stay;
  assert.deepEqual([...room.participants.keys()], ['bob', 'dan']);
  assert.equal(room.participants.get('bob'), bob);
  assert.equal(bob.publications.get('webcam')!.audioOff, true);
  assert.equal(bob.handRaisedAt, 5);
  assert.deepEqual(media.calls, ['lost', 'back true', '-cy_screen', '+bob_screen', '+dan_webcam']);
  assert.equal(room.settings?.locked, true);
  assert.deepEqual([...room.waiting], ['eve']);
  assert.equal(room.moderation.allowed, true);
  assert.equal(room.dominant?.user, 'dan');
  assert.equal(room.local.handRaisedAt, undefined, 'somebody has lowered it');
  await stay.over();
});

test('a server that was restarted is joined again under the same name', async () => {
  const stay = await new Stay().enter();
  const publication = stay.room.participants.get('bob')!.publications.get('webcam');
  stay.server.expect('subscribe', SILENCE);
  const failed = rejects(stay.room.request('subscribe'), 'signaling-lost');
  await settled();
  stay.server.socket.end(1001, 'the server is shutting down');
  stay.server.expect('connect', new Refusal(40007)).expect('joinRoom', { ...JOINED, sessionId: 'new', value: [...JOINED.value, { id: 'cy' }] });
  await settled();
  await failed;
  assert.equal(stay.room.state, 'connected');
  assert.deepEqual(stay.media.calls, ['lost', 'back false', 'joined']);
  assert.equal(stay.room.participants.get('bob')!.publications.get('webcam'), publication, 'the same object');
  assert.ok(stay.room.participants.has('cy'));
  assert.deepEqual(stay.event('reconnected'), { resumed: false });
  stay.server.expect('connect').expect('getRoom', JOINED);
  stay.server.socket.end();
  await settled();
  assert.deepEqual(stay.server.last('connect').params, { sessionId: 'new' });
  await stay.over();
});

test('what one has said of oneself is said again at a rejoin', async () => {
  const stay = new Stay();
  stay.server.expect('joinRoom', ({ metadata }) => ({ ...JOINED, me: { ...JOINED.me, metadata } }));
  await stay.room.connect('ws://host/room', { room: 'r', user: 'ann', metadata: { title: 'Dr' } });
  assert.deepEqual(stay.server.last('joinRoom').params['metadata'], { title: 'Dr' });
  assert.deepEqual(stay.room.local.metadata, { title: 'Dr' });
  await stay.notify('participantChanged', { id: 'ann', metadata: { title: 'Prof' } });
  stay.server.expect('connect', new Refusal(40007)).expect('joinRoom', JOINED);
  stay.server.socket.end();
  await settled();
  assert.deepEqual(stay.server.last('joinRoom').params['metadata'], { title: 'Prof' });
  await stay.over();
});

test('a session that is in no room any more joins again', async () => {
  const stay = await new Stay().enter();
  stay.server.expect('connect').expect('getRoom', new Refusal(102)).expect('joinRoom', JOINED);
  stay.server.socket.end();
  await settled();
  assert.equal(stay.room.state, 'connected');
  assert.deepEqual(stay.media.calls, ['lost', 'back true', 'back false', 'joined']);
  await stay.over();
});

test('the name is asked for again while our own old session can hold it', async () => {
  const stay = await new Stay().enter();
  stay.server.expect('connect', new Refusal(40007));
  for (let n = 0; n < 4; n++) {
    stay.server.expect('joinRoom', new Refusal(104));
  }
  stay.server.expect('joinRoom', JOINED);
  stay.server.socket.end();
  await stay.clock.pass(10_000);
  assert.equal(stay.room.state, 'connected');
  assert.deepEqual(stay.media.calls, ['lost', 'back false', 'joined'], 'told once');
  await stay.over();
});

test('a name that somebody else has taken is given up after 20 s', async () => {
  const stay = await new Stay().enter();
  stay.server.expect('connect', new Refusal(40007));
  for (let n = 0; n < 12; n++) {
    stay.server.expect('joinRoom', new Refusal(104));
  }
  stay.server.socket.end();
  await stay.clock.pass(25_000);
  const { reason, error } = stay.event('ended');
  assert.deepEqual([reason, error?.code], ['replaced', 'name-taken']);
  const tries = stay.server.asked.filter((method) => method === 'joinRoom').length;
  assert.ok(tries < 12, `${tries} tries`);
  assert.equal(stay.clock.running, 0);
});

for (const [code, expected, text] of [
  [401, 'token-refused'], [403, 'not-permitted'], [403, 'banned', 'may not come into'], [423, 'room-locked'], [202, 'room-not-found'],
] as const) {
  test(`there is no way back when a rejoin is refused as ${expected}`, async () => {
    const stay = await new Stay().enter();
    stay.server.expect('connect', new Refusal(40007)).expect('joinRoom', new Refusal(code, text));
    stay.server.socket.end();
    await settled();
    const { reason, error } = stay.event('ended');
    assert.deepEqual([reason, error?.code], ['refused', expected]);
    await stay.over();
  });
}

test('a rejoin may have to wait in the lobby', async () => {
  const stay = await new Stay().enter();
  stay.server.expect('connect', new Refusal(40007)).expect('joinRoom', new Refusal(425));
  stay.server.socket.end();
  await settled();
  assert.equal(stay.room.state, 'waiting');
  await stay.notify('denied', { reason: 'enough' });
  assert.deepEqual(stay.event('ended'), { reason: 'denied', text: 'enough', error: undefined });
  await stay.over();
});

test('a socket that breaks in the middle of coming back is just another attempt', async () => {
  const stay = await new Stay().enter();
  stay.server.expect('connect', SILENCE);
  stay.server.socket.end();
  await settled();
  stay.server.expect('connect').expect('getRoom', SILENCE);
  stay.server.socket.end();
  await stay.clock.pass(500);
  stay.server.expect('connect').expect('getRoom', JOINED);
  stay.server.socket.end();
  await stay.clock.pass(500);
  assert.equal(stay.room.state, 'connected');
  await stay.over();
});

test('what nobody answers fails in time, away or not', async () => {
  const stay = await new Stay().enter();
  stay.server.expect('raiseHand', SILENCE);
  const asked = rejects(stay.room.request('raiseHand'), 'timeout');
  await stay.clock.pass(15_000);
  await asked;
  stay.server.accepts = 'no';
  stay.server.socket.end();
  const away = rejects(stay.room.request('raiseHand'), 'signaling-lost');
  await stay.clock.pass(15_000);
  await away;
  await stay.room.leave();
  await stay.over();
});
