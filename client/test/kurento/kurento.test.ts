import assert from 'node:assert/strict';
import test from 'node:test';

import { AtriumError } from '../../src/core/errors.ts';
import { EarlySocket, withParams } from '../../src/kurento/early-socket.ts';
import { fakeStream, FakeSocket, joined, page, settled } from './fakes.ts';

Object.assign(globalThis, { WebSocket: FakeSocket, location: { href: 'https://page.example/' } });

const early = (params?: object) => {
  const heard: unknown[] = [];
  const socket = new EarlySocket('wss://server.example/room', () => params as never, (error) => heard.push(error?.message ?? 'open'));
  return { socket, heard, raw: FakeSocket.made.at(-1)! };
};

test('the socket that was opened for the callback is the one that joins', async () => {
  const { socket, heard, raw } = early();
  raw.open();
  assert.deepEqual(heard, ['open']);
  const taken = socket.take('wss://server.example/room');
  let opened = false;
  taken.onopen = () => (opened = true);
  await settled();
  assert.equal(taken as unknown, raw);
  assert.ok(opened);
  assert.notEqual(socket.take('wss://server.example/room') as unknown, raw, 'another socket for another connection');
});

test('a socket that has closed meanwhile is not used', () => {
  const { socket, heard, raw } = early();
  raw.open();
  raw.readyState = 3;
  assert.notEqual(socket.take('wss://server.example/room') as unknown, raw);
  assert.deepEqual(heard, ['open']);
});

test('a server that does not answer is told to the callback', () => {
  const { heard, raw } = early();
  raw.onclose?.({ code: 1006 });
  assert.deepEqual(heard, ['The room server at wss://server.example/room does not answer (1006)']);
});

test('params of the page are in every request, pings excepted', () => {
  const { socket, raw } = early({ token: 'x' });
  raw.open();
  const taken = socket.take('wss://server.example/room');
  taken.send('{"id":0,"method":"ping"}');
  taken.send('{"id":1,"method":"joinRoom","params":{"user":"olga"}}');
  taken.send('{"id":2,"method":"leaveRoom"}');
  assert.deepEqual(raw.sent.map((text) => JSON.parse(text).params), [undefined, { user: 'olga', token: 'x' }, { token: 'x' }]);
  assert.equal(withParams('not even JSON', undefined), 'not even JSON');
});

test('requests of the page have their answers in callbacks', async (t) => {
  const { kurento, sdk } = await joined(t);
  const answers: unknown[] = [];
  kurento.sendCustomRequest({ hat: true }, (error, result) => answers.push([error, result]));
  kurento.sendRequest('leaveRoom', (error, result) => answers.push([error, result]));
  kurento.sendMessage('hall', 'olga', 'hello');
  await settled();
  sdk.refuses = new AtriumError('server-error', { wireCode: -1, text: 'Unsupported method' });
  kurento.sendCustomRequest({}, (error) => answers.push(error));
  await settled();
  assert.deepEqual(answers, [[undefined, { done: true }], [undefined, { done: true }], { code: -1, message: 'Unsupported method' }]);
  assert.deepEqual(sdk.asked.slice(1), [
    ['customRequest', { hat: true }],
    ['leaveRoom', {}],
    ['sendMessage', { message: 'hello', userMessage: 'olga', roomMessage: 'hall' }],
    ['customRequest', {}],
  ]);
});

test('data goes out once the stream is published, and only where it was asked for', async (t) => {
  const { kurento, room, sdk, heard } = await joined(t);
  const silent = kurento.Stream(room, { id: 'silent' });
  const stream = kurento.Stream(room, { data: true });
  assert.throws(() => stream.sendData('early'), /peer has not been created/);
  stream.publish();
  assert.notEqual(stream.getWebRtcPeer(), undefined);
  assert.throws(() => stream.sendData('early'), /channel is not opened/);
  silent.publish();
  await settled();
  assert.throws(() => silent.sendData('never'), /channel is not opened/);
  assert.deepEqual([stream.isDataChannelOpened(), silent.isDataChannelOpened()], [true, false]);
  stream.sendData('hello');
  assert.deepEqual(sdk.asked.at(-1), ['sendData', 'hello']);
  assert.deepEqual(heard.slice(1), [['stream-published', { stream: 'olga_webcam' }], ['stream-published', { stream: 'olga_silent' }]]);
});

test('what the page switches off is off for the others, also when it did so before publishing', async (t) => {
  const { kurento, room, sdk } = await joined(t);
  const stream = kurento.Stream(room, {});
  stream.mirrorLocalStream(fakeStream());
  stream.publish();
  const peer = stream.getWebRtcPeer()!;
  peer.videoEnabled = false;
  assert.deepEqual([peer.audioEnabled, peer.videoEnabled, peer.enabled], [true, false, false]);
  await settled();
  peer.audioEnabled = false;
  peer.enabled = true;
  assert.equal(peer.getLocalStream(), stream.getWrStream());
  assert.equal(peer.getRemoteStream(), undefined);
  assert.deepEqual(sdk.asked.slice(2), [['setCamera', false], ['setMicrophone', false], ['setMicrophone', true], ['setCamera', true]]);
});

test('rooms and streams are made with new and without', (t) => {
  const { kurento, room } = page(t);
  const Made = kurento.Room as unknown as new (options: object) => typeof room;
  const other = new Made({ room: 'x', user: 'y' });
  assert.equal(other.name, 'x');
  other.leave();
});
