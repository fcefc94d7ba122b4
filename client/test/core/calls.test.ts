import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settled } from './clock.ts';
import type { Room } from '../../src/core/room.ts';
import { Refusal } from './scripted-server.ts';
import { rejects, Stay } from './stay.ts';

const CALLS: [string, (room: Room) => Promise<unknown>, object][] = [
  ['sendMessage', (room) => room.sendChat('hi'), { message: 'hi', userMessage: 'ann', roomMessage: 'r' }],
  ['sendData', (room) => room.sendData({ x: 1 }, { users: ['bob'], topic: 't' }), { data: { x: 1 }, to: ['bob'], topic: 't' }],
  ['sendData', (room) => room.sendData(0), { data: 0 }],
  ['muteParticipant', (room) => room.moderation.mute('bob', { audio: true }), { user: 'bob', audio: true }],
  ['askToUnmute', (room) => room.moderation.askToUnmute('bob', { video: true }), { user: 'bob', video: true }],
  ['unpublishParticipant', (room) => room.moderation.unpublish('bob', 'screen'), { user: 'bob', stream: 'screen' }],
  ['evictParticipant', (room) => room.moderation.evict('bob', { banSeconds: 60 }), { user: 'bob', banSeconds: 60 }],
  ['unbanParticipant', (room) => room.moderation.unban('bob'), { user: 'bob' }],
  ['admitParticipant', (room) => room.moderation.admit('dan'), { user: 'dan' }],
  ['denyParticipant', (room) => room.moderation.deny('dan', 'full'), { user: 'dan', reason: 'full' }],
  ['changeGrants', (room) => room.moderation.grant('bob', 'guest'), { user: 'bob', role: 'guest' }],
  ['changeGrants', (room) => room.moderation.grant('bob', ['join']), { user: 'bob', permissions: ['join'] }],
  ['changeRoom', (room) => room.moderation.changeRoom({ locked: true }), { locked: true }],
  ['raiseHand', (room) => room.moderation.lowerHand('bob'), { user: 'bob', raised: false }],
  ['closeRoom', (room) => room.moderation.closeRoom('late'), { reason: 'late' }],
  ['custom', (room) => room.request('custom', { a: 1 }), { a: 1 }],
];

for (const [method, call, params] of CALLS) {
  test(`${method} is asked with ${JSON.stringify(params)}`, async () => {
    const stay = await new Stay().enter();
    stay.server.expect(method);
    await call(stay.room);
    assert.deepEqual(stay.server.last(method).params, params);
    stay.server.expect(method, new Refusal(403));
    await rejects(call(stay.room), 'not-permitted');
    await stay.over();
  });
}

test('muteAll says of whom something was muted', async () => {
  const stay = await new Stay().enter();
  stay.server.expect('muteAll', { users: ['bob'] }).expect('muteAll');
  assert.deepEqual(await stay.room.moderation.muteAll({ audio: true }), ['bob']);
  assert.deepEqual(await stay.room.moderation.muteAll({ audio: true }), []);
  await stay.over();
});

test('the history of the chat comes oldest first', async () => {
  const stay = await new Stay().enter();
  stay.server.expect('getChatHistory', { messages: [{ user: 'bob', message: 'hi', time: 5 }, null, { message: 'from the application', time: 6 }] });
  assert.deepEqual(await stay.room.chatHistory(), [
    { user: 'bob', text: 'hi', time: 5 },
    { user: '', text: 'from the application', time: 6 },
  ]);
  await stay.over();
});

test('quality is asked for and told with its cause', async () => {
  const stay = await new Stay().enter();
  const bob = stay.room.participants.get('bob')!;
  const quality = (...tracks: object[]): object => ({ streams: [{ sender: 'bob_webcam', tracks }, { sender: 'x_webcam', tracks: [{ score: 1 }] }] });
  stay.server.expect('getQuality', quality({ kind: 'audio', score: 4.4 }, { kind: 'video' }));
  stay.room._judge();
  await settled();
  assert.deepEqual(bob.quality, { level: 'excellent', score: 4.4, text: '' });
  assert.equal(stay.room.local.quality.level, 'excellent');
  stay.server.expect('getQuality', quality({ score: 4 }, { score: 2, cause: 'downlink' }));
  stay.room._judge();
  await settled();
  assert.deepEqual(bob.quality, { level: 'poor', score: 2, cause: 'downlink', text: 'Your connection is weak.' });
  assert.equal(stay.room.local.quality.cause, 'downlink');
  stay.server.expect('getQuality', quality({ score: 2, cause: 'uplink' }, { score: 5 }));
  stay.room._judge();
  await settled();
  assert.equal(bob.quality.cause, 'uplink');
  assert.equal(stay.room.local.quality.level, 'excellent', 'it is not our fault');
  for (const hostile of [{}, { streams: 7 }, { streams: [null, { sender: 'bob_webcam', tracks: [7, null, { score: 'x', cause: 'toString' }] }] }, new Refusal(102)]) {
    stay.server.expect('getQuality', hostile);
    stay.room._judge();
    await settled();
  }
  assert.equal(bob.quality.level, 'unknown');
  await stay.over();
});
