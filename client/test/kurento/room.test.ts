import assert from 'node:assert/strict';
import test from 'node:test';

import { AtriumError } from '../../src/core/errors.ts';
import { joined, page, settled } from './fakes.ts';

test('joining tells who is there and what they publish', async (t) => {
  const { heard, sdk, room } = await joined(t, (server) => {
    server.comes('ann', 'webcam');
    server.comes('bob');
  });
  assert.deepEqual(sdk.asked, [['connect', 'wss://server.example/room', { room: 'hall', user: 'olga' }]]);
  assert.deepEqual(heard, [['room-connected', { participants: ['ann', 'bob'], streams: ['ann_webcam'] }]]);
  assert.equal(room.name, 'hall');
});

test('a refused join has the code of the wire', async (t) => {
  const { room, sdk, heard } = page(t);
  sdk.refuses = new AtriumError('name-taken', { wireCode: 104, text: 'Somebody called olga is here already.' });
  room.connect();
  await settled();
  assert.deepEqual(heard, [['error-room', { error: { code: 104, message: 'Somebody called olga is here already.' } }]]);
});

test('coming, publishing and leaving have the events of the old client, in its order', async (t) => {
  const { sdk, heard } = await joined(t);
  const ann = sdk.comes('ann');
  sdk.publishes(ann, 'webcam');
  sdk.goes(ann);
  assert.deepEqual(heard.slice(1), [
    ['participant-joined', { participant: 'ann' }],
    ['participant-published', { participant: 'ann' }],
    ['stream-added', { stream: 'ann_webcam' }],
    ['participant-left', { participant: 'ann' }],
    ['stream-removed', { stream: 'ann_webcam' }],
  ]);
});

test('who unpublishes has left as ever, and comes back by publishing', async (t) => {
  const { sdk, heard } = await joined(t, (server) => server.comes('ann', 'webcam'));
  const [ann] = sdk.participants.values();
  sdk.unpublishes(ann!, 'webcam');
  sdk.publishes(ann!, 'webcam');
  sdk.unpublishes(ann!, 'webcam');
  sdk.goes(ann!);
  assert.deepEqual(heard.slice(1).map(([name]) => name), [
    'participant-left', 'stream-removed', 'participant-published', 'stream-added', 'participant-left', 'stream-removed',
  ]);
});

test('a screen beside the camera is a stream of its own', async (t) => {
  const { sdk, heard } = await joined(t, (server) => server.comes('ann', 'webcam'));
  const [ann] = sdk.participants.values();
  sdk.publishes(ann!, 'screen');
  sdk.unpublishes(ann!, 'screen');
  assert.deepEqual(heard.slice(1), [
    ['participant-published', { participant: 'ann' }],
    ['stream-added', { stream: 'ann_screen' }],
    ['stream-removed', { stream: 'ann_screen' }],
  ]);
});

test('the list of streams has one webcam: the one that came last', async (t) => {
  const { room } = await joined(t, (server) => {
    server.comes('ann', 'webcam');
    server.comes('bob', 'webcam');
  });
  assert.deepEqual(Object.values(room.getStreams()).map((stream) => stream.getGlobalID()), ['bob_webcam']);
});

test('who speaks, and who has stopped, is told by the id of the stream; oneself only when one shows oneself', async (t) => {
  const { kurento, room, sdk, heard } = await joined(t, (server) => server.comes('ann', 'webcam'));
  const speakers = (...users: string[]) => sdk.emit('speakersChanged', { speakers: users.map((user) => ({ user })), dominant: undefined } as never);
  const own = kurento.Stream(room, {});
  own.getParticipant()!.addStream(own);
  speakers('ann', 'olga');
  speakers('ann');
  own.subscribeToMyRemote();
  speakers('olga');
  assert.deepEqual(heard.slice(1), [
    ['stream-speaking', { participantId: 'ann_webcam' }],
    ['stream-stopped-speaking', { participantId: 'ann_webcam' }],
    ['stream-speaking', { participantId: 'olga_webcam' }],
  ]);
});

test('the main speaker is told again and again while somebody speaks', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const { room, heard } = page(t, { updateSpeakerInterval: 1800 });
  t.mock.timers.tick(2000);
  room.addParticipantSpeaking('ann_webcam');
  room.addParticipantSpeaking('bob_webcam');
  t.mock.timers.tick(1800);
  room.removeParticipantSpeaking('bob_webcam');
  t.mock.timers.tick(1800);
  room.leave();
  t.mock.timers.tick(18_000);
  assert.deepEqual(heard, [
    ['update-main-speaker', { participantId: 'bob_webcam' }],
    ['update-main-speaker', { participantId: 'ann_webcam' }],
  ]);
});

test('a connection that comes back is no lost one, and one that does not is told once', async (t) => {
  const { sdk, heard } = await joined(t);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  sdk.emit('reconnecting', { cause: 'signaling' });
  t.mock.timers.tick(9_000);
  sdk.emit('reconnected', { resumed: true });
  t.mock.timers.tick(60_000);
  assert.deepEqual(heard.slice(1), []);
  sdk.emit('reconnecting', { cause: 'signaling' });
  t.mock.timers.tick(60_000);
  assert.deepEqual(heard.slice(1), [['lost-connection', { room: 'hall' }]]);
});

for (const [reason, name, payload] of [
  ['evicted', 'participant-evicted', { localParticipant: 'olga' }],
  ['closed', 'room-closed', { room: 'hall' }],
  ['replaced', 'lost-connection', { room: 'hall' }],
  ['refused', 'lost-connection', { room: 'hall' }],
] as const) {
  test(`the end "${reason}" is ${name}`, async (t) => {
    const { sdk, heard } = await joined(t);
    sdk.emit('ended', { reason });
    assert.deepEqual(heard.slice(1), [[name, payload]]);
  });
}

test('messages, data and notifications of the application reach the page', async (t) => {
  const { sdk, heard } = await joined(t);
  sdk.emit('chat', { message: { user: 'ann', text: '<b>', time: 1 } });
  sdk.emit('data', { from: 'ann', topic: undefined, data: [1] });
  sdk.emit('notification', { method: 'custonNotification', params: { MarkerFilterState: 0 } });
  sdk.emit('notification', { method: 'other', params: {} });
  sdk.emit('subscriptionFailed', { publication: {} as never, error: new AtriumError('codec-unsupported', { text: 'no' }) });
  sdk.emit('localStreamEnded', { publication: {} as never, reason: 'by a moderator' });
  assert.deepEqual(heard.slice(1), [
    ['newMessage', { room: 'hall', user: 'ann', message: '<b>' }],
    ['data-received', { user: 'ann', data: [1] }],
    ['custom-message-received', { params: { MarkerFilterState: 0 } }],
    ['error-media', { error: 'no' }],
    ['error-media', { error: 'by a moderator' }],
  ]);
});

test('leaving tells the server, unless it was forced', async (t) => {
  for (const [forced, want] of [[undefined, 'leave'], [true, 'abandon']] as const) {
    const { kurento, sdk } = await joined(t, (server) => server.comes('ann', 'webcam'));
    const { close } = kurento; // pages hand methods around
    close(forced);
    assert.deepEqual(sdk.asked.at(-1), [want]);
  }
});
