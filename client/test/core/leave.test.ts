import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settled } from './clock.ts';
import { Refusal, SILENCE } from './scripted-server.ts';
import { JOINED, rejects, Stay } from './stay.ts';

test('leaving says so, waits for the answer, and takes everything down', async () => {
  const stay = await new Stay().enter();
  stay.server.expect('leaveRoom');
  await stay.room.leave();
  assert.equal(stay.server.socket.closedWith, 1000);
  assert.deepEqual(stay.event('ended'), { reason: 'left', text: undefined, error: undefined });
  assert.equal(stay.room.participants.size, 0);
  assert.equal(stay.heard.filter((name) => name === 'ended').length, 1);
  await rejects(stay.room.sendChat('too late'), 'aborted');
  await stay.over();
});

test('leaving waits no longer than 2 s', async () => {
  const stay = await new Stay().enter();
  stay.server.expect('leaveRoom', SILENCE);
  const left = stay.room.leave();
  await stay.clock.pass(2_000);
  await left;
  await stay.over();
});

test('a page that goes away leaves without waiting', async () => {
  const stay = await new Stay().enter();
  stay.server.expect('leaveRoom');
  stay.room.abandon();
  assert.equal(stay.room.state, 'ended');
  assert.equal(stay.server.socket.closedWith, 1000);
  await stay.over();
});

test('what waits for an answer is cancelled', async () => {
  const stay = await new Stay().enter();
  stay.server.expect('getChatHistory', SILENCE);
  const asked = rejects(stay.room.chatHistory(), 'aborted');
  await stay.over();
  await asked;
});

test('one can leave while connecting', async () => {
  const stay = new Stay();
  stay.server.accepts = 'never';
  const entry = stay.connect();
  await settled();
  await stay.room.leave();
  await rejects(entry, 'aborted');
  await stay.over();
});

test('one can leave while joining', async () => {
  const stay = new Stay();
  stay.server.expect('joinRoom', SILENCE).expect('leaveRoom');
  const entry = stay.connect();
  await settled();
  await stay.room.leave();
  await rejects(entry, 'aborted');
  await stay.over();
});

test('one can leave in the same breath as the answer comes', async () => {
  const stay = new Stay();
  stay.server.expect('joinRoom', SILENCE).expect('leaveRoom');
  const entry = stay.connect();
  await settled();
  stay.server.answer(stay.server.last('joinRoom'), JOINED);
  stay.room.abandon();
  await rejects(entry, 'aborted');
  await settled();
  assert.deepEqual([stay.room.state, stay.room.participants.size], ['ended', 0]);
  assert.deepEqual(stay.media.calls, ['close']);
  await stay.over();
});

test('one can leave the lobby', async () => {
  const stay = new Stay();
  stay.server.expect('joinRoom', new Refusal(425));
  const entry = stay.connect();
  await settled();
  stay.server.expect('leaveRoom');
  await stay.room.leave();
  await rejects(entry, 'aborted');
  await stay.over();
});

for (const when of [0, 100, 1_000, 30_000]) {
  test(`one can leave ${when} ms into coming back`, async () => {
    const stay = await new Stay().enter();
    stay.server.accepts = when === 1_000 ? 'never' : 'no';
    stay.server.socket.end();
    await stay.clock.pass(when);
    await stay.room.leave();
    const sockets = stay.server.sockets.length;
    await stay.clock.pass(60_000);
    assert.equal(stay.server.sockets.length, sockets, 'no attempt after the end');
    await stay.over();
  });
}

test('one can leave while the session is being resumed', async () => {
  const stay = await new Stay().enter();
  stay.server.expect('connect', SILENCE).expect('leaveRoom');
  stay.server.socket.end();
  await settled();
  await stay.room.leave();
  await stay.over();
});

test('leaving before and after is nothing', async () => {
  const stay = new Stay();
  await stay.room.leave();
  stay.room.abandon();
  assert.equal(stay.room.state, 'new');
  await stay.enter();
  await stay.over();
  await stay.room.leave();
  stay.room.abandon();
  await stay.over();
});

test('a listener may leave at any event', async () => {
  for (const event of ['reconnecting', 'reconnected', 'participantJoined', 'participantLeft', 'chat'] as const) {
    const stay = await new Stay().enter();
    stay.room.on(event, () => stay.room.abandon());
    if (event.startsWith('re')) {
      stay.server.expect('connect').expect('getRoom').expect('leaveRoom');
      stay.server.socket.end();
      await settled();
    } else {
      stay.server.expect('leaveRoom');
      const method = event === 'chat' ? 'sendMessage' : event;
      await stay.notify(method, { id: 'cy', name: 'bob', user: 'bob', message: 'x' });
    }
    await stay.clock.pass(60_000);
    assert.equal(stay.room.state, 'ended', event);
    assert.equal(stay.clock.running, 0, event);
  }
});
