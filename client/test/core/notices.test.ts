import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rejects, Stay } from './stay.ts';

test('people come, change and go', async () => {
  const stay = await new Stay().enter();
  const { participants } = stay.room;
  await stay.notify('participantJoined', { id: 'cy', role: 'guest', metadata: { title: 'Dr' } });
  const cy = participants.get('cy')!;
  assert.equal(cy.role, 'guest');
  assert.deepEqual(cy.metadata, { title: 'Dr' });
  assert.equal(stay.event('participantJoined').participant, cy);
  await stay.notify('participantChanged', { id: 'cy', handRaised: true, handRaisedAt: 1764338400000 });
  assert.equal(cy.handRaisedAt, 1764338400000);
  await stay.notify('participantChanged', { id: 'cy', metadata: {}, handRaised: false });
  assert.equal(cy.handRaisedAt, undefined);
  assert.deepEqual(cy.metadata, {});
  assert.equal(cy.role, 'guest', 'what is absent has not changed');
  await stay.notify('participantLeft', { name: 'cy', reason: 'noise' });
  assert.deepEqual(stay.event('participantLeft'), { participant: cy, reason: 'noise' });
  assert.deepEqual([...participants.keys()], ['bob']);
  await stay.over();
});

test('streams begin, are switched off and muted, and end', async () => {
  const stay = await new Stay().enter();
  const bob = stay.room.participants.get('bob')!;
  await stay.notify('participantPublished', { id: 'bob', streams: [{ id: 'screen', audio: false, videoOff: true }] });
  const screen = bob.publications.get('screen')!;
  assert.equal(stay.event('streamPublished').publication, screen);
  assert.deepEqual(
    [screen.sender, screen.source, screen.hasAudio, screen.hasVideo, screen.videoOff, screen.audioMuted],
    ['bob_screen', 'screen', false, true, true, false],
  );
  await stay.notify('participantChanged', { id: 'bob', streams: [{ id: 'screen', audioMuted: true }, { id: 'webcam' }] });
  assert.equal(screen.audioMuted, true);
  assert.equal(screen.videoOff, false);
  assert.equal(bob.publications.get('screen'), screen, 'the same object');
  await stay.notify('participantUnpublished', { name: 'bob', streams: [{ id: 'screen' }] });
  assert.equal(stay.event('streamUnpublished').publication, screen);
  await stay.notify('participantUnpublished', { name: 'bob' });
  assert.equal(bob.publications.size, 0);
  assert.equal(bob._streams.size, 0);
  assert.deepEqual(stay.media.calls, ['+bob_screen', '-bob_screen', '-bob_webcam']);
  await stay.over();
});

test('a participant leaves with all streams', async () => {
  const stay = await new Stay().enter();
  await stay.notify('participantLeft', { name: 'bob' });
  assert.deepEqual(stay.heard, ['streamUnpublished', 'participantLeft']);
  assert.deepEqual(stay.media.calls, ['-bob_webcam']);
  await stay.over();
});

test('oneself changes, too', async () => {
  const stay = await new Stay().enter();
  await stay.notify('participantChanged', { id: 'ann', role: 'moderator', permissions: ['moderate'], handRaised: true });
  assert.equal(stay.room.local.role, 'moderator');
  assert.equal(stay.room.moderation.allowed, true);
  assert.ok(stay.room.local.handRaisedAt! > 0);
  assert.equal(stay.event('participantChanged').participant, stay.room.local);
  await stay.over();
});

test('speakers are told with their loudness, and fall silent', async () => {
  const stay = await new Stay().enter();
  const bob = stay.room.participants.get('bob')!;
  const speakers = [{ id: 'bob', level: -23 }, { id: 'ann', level: -30 }, { id: 'nobody', level: 0 }];
  await stay.notify('speakersChanged', { dominant: 'bob', speakers });
  assert.deepEqual(stay.room.speakers, [bob, stay.room.local]);
  assert.equal(stay.room.dominant, bob);
  assert.deepEqual([bob.speaking, bob.level], [true, -23]);
  await stay.notify('speakersChanged', { dominant: 'bob', speakers: [] });
  assert.deepEqual([bob.speaking, bob.level, stay.room.dominant], [false, -Infinity, bob]);
  await stay.notify('participantLeft', { name: 'bob' });
  assert.equal(stay.room.dominant, undefined);
  await stay.over();
});

test('the room and its lobby are kept', async () => {
  const stay = await new Stay().enter();
  await stay.notify('roomChanged', { locked: true });
  assert.deepEqual(stay.room.settings, { locked: true });
  assert.equal(stay.event('settingsChanged').settings.locked, true);
  await stay.notify('participantWaiting', { id: 'dan' });
  await stay.notify('participantWaiting', { id: 'eve' });
  await stay.notify('waitingEnded', { id: 'dan', outcome: 'denied' });
  assert.deepEqual([...stay.room.waiting], ['eve']);
  await stay.over();
});

test('chat, data and questions arrive', async () => {
  const stay = await new Stay().enter();
  await stay.notify('sendMessage', { room: 'r', user: 'bob', message: 'hello' });
  const { message } = stay.event('chat');
  assert.deepEqual([message.user, message.text], ['bob', 'hello']);
  await stay.notify('dataReceived', { from: 'bob', topic: 'cursor', data: { x: 1 } });
  assert.deepEqual(stay.event('data'), { from: 'bob', topic: 'cursor', data: { x: 1 } });
  await stay.notify('dataReceived', { from: '', data: 0 });
  assert.deepEqual(stay.event('data'), { from: undefined, topic: undefined, data: 0 });
  await stay.notify('unmuteRequested', { by: 'bob', stream: 'webcam', audio: true, video: false });
  assert.deepEqual(stay.event('unmuteRequested'), { by: 'bob', stream: 'webcam', audio: true, video: false });
  await stay.notify('custonNotification', { hat: true });
  assert.deepEqual(stay.event('notification'), { method: 'custonNotification', params: { hat: true } });
  await stay.notify('subscriberOffer', {});
  assert.equal(stay.heard.filter((name) => name === 'notification').length, 1, 'the media takes its own');
  await stay.over();
});

for (const [method, reason] of [['participantEvicted', 'evicted'], ['roomClosed', 'closed']] as const) {
  test(`${method} is the end`, async () => {
    const stay = await new Stay().enter();
    await stay.notify(method, { reason: 'noise' });
    assert.deepEqual(stay.event('ended'), { reason, text: 'noise', error: undefined });
    assert.equal(stay.event('stateChanged').reason, reason);
    assert.equal(stay.media.calls.at(-1), 'close');
    await stay.over();
  });
}

test('a session that was taken elsewhere is replaced', async () => {
  const stay = await new Stay().enter();
  stay.server.socket.end(1000, 'the session continues on another socket');
  assert.equal(stay.event('ended').reason, 'replaced');
  await stay.over();
});

test('a listener that throws keeps nobody from hearing', async () => {
  const stay = new Stay();
  const thrown: unknown[] = [];
  const failTheTest = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', (reason) => thrown.push(reason));
  stay.room.on('stateChanged', () => {
    throw new Error('a bug of the page');
  });
  await stay.enter();
  await stay.over();
  process.removeAllListeners('unhandledRejection');
  failTheTest.forEach((listener) => process.on('unhandledRejection', listener as NodeJS.UnhandledRejectionListener));
  assert.equal(thrown.length, 3);
});

const HOSTILE = [null, 7, 'text', [], [[]], {}, { id: 7 }, { id: {}, streams: 3 }, { id: 'bob', streams: [null, 1, { id: [] }] },
  { id: 'bob', streams: { length: 3 }, permissions: 'all', metadata: 1, role: {}, handRaised: 'x' }, { id: 'ann', permissions: {} },
  { name: {}, reason: [] }, { speakers: 'x', dominant: [] }, { speakers: [null, { id: null }, { id: 'bob', level: 'loud' }] },
  { user: {}, message: {} }, { id: '__proto__', streams: [{ id: '__proto__' }] }, { id: 'constructor' }];
const METHODS = ['participantJoined', 'participantPublished', 'participantUnpublished', 'participantLeft', 'participantChanged',
  'speakersChanged', 'roomChanged', 'participantWaiting', 'waitingEnded', 'admitted', 'denied', 'unmuteRequested', 'sendMessage',
  'dataReceived', 'constructor', 'toString', '__proto__', 'subscriberOffer', 'neverHeardOf', ''];

test('nothing that a server sends throws or ends the stay', async () => {
  const stay = await new Stay().enter();
  for (const method of METHODS) {
    for (const params of HOSTILE) {
      await stay.server.notify(method, params);
    }
  }
  for (const text of ['', 'x', '{', 'null', '7', '[]', '{}', '{"id":0}', '{"method":7}', '{"id":99,"error":7}', '{"method":{}}', undefined]) {
    stay.server.socket.deliver(text);
  }
  stay.server.socket.deliver('{"method":"roomClosed","params":{},"id":3}'); // a request: we serve none
  assert.equal(stay.room.state, 'connected');
  assert.equal(({} as { id?: unknown }).id, undefined, 'no prototype was written to');
  await stay.over();
});

for (const answer of [{}, { value: 7 }, { value: [null, 7, {}, { id: 7 }, { id: 'bob', streams: 7 }] }, { me: 7, room: 7, waiting: 7, speakers: 7 },
  { room: { muteOnEntry: 7 }, me: { permissions: 7, streams: [7] } }, { waiting: [{}], speakers: { speakers: 7 } }]) {
  test(`a join answered with ${JSON.stringify(answer)} gets in`, async () => {
    const stay = await new Stay().enter({ ...answer, connections: 'paired', sessionId: 'secret' });
    await stay.over();
  });
}

test('an error answer without anything is an error', async () => {
  const stay = await new Stay().enter();
  stay.server.expect('raiseHand', { });
  await stay.room.call('raiseHand', { raised: true });
  stay.server.expect('askForTheMoon', () => ({}));
  await stay.room.request('askForTheMoon');
  const pending = stay.room.request('nothing');
  pending.catch(() => {});
  const { id } = stay.server.last('nothing');
  stay.server.socket.deliver(JSON.stringify({ id, error: {} }));
  await rejects(pending, 'server-error');
  stay.server.expect('leaveRoom');
  await stay.room.leave();
});
