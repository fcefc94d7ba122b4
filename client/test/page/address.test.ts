import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAddress, roomLink, socketUrl, withoutToken } from '../../page/entry/address.ts';

const read = (url: string) => readAddress(new URL(url, 'https://call.example'));

test('a link brings its room, however it is written', () => {
  assert.equal(read('/#/rooms/winter%20garden').room, 'winter garden');
  assert.equal(read('/#/rooms/hall?x').room, 'hall?x');
  assert.equal(read('/?room=hall').room, 'hall');
  assert.equal(read('/#/rooms/%E0%A4%A').room, '%E0%A4%A', 'what is no encoding is taken as it stands');
  assert.equal(read('/').room, '');
});

test('a link that was copied leads to the same room', () => {
  const link = roomLink(new URL('https://call.example/a/'), 'ä/b c#d');
  assert.equal(link, 'https://call.example/a/#/rooms/%C3%A4%2Fb%20c%23d');
  assert.equal(read(link).room, 'ä/b c#d');
});

test('the token is read from the fragment, alone or behind the room, and taken away from there', () => {
  const both = new URL('https://call.example/?size=640x360#/rooms/hall&token=a.b-c_d.e');
  assert.deepEqual([readAddress(both).room, readAddress(both).token], ['hall', 'a.b-c_d.e']);
  assert.equal(withoutToken(both), '/?size=640x360#/rooms/hall');
  assert.equal(read('/#token=a.b.c').token, 'a.b.c');
  assert.equal(read('/?token=a.b.c').token, '', 'never from the query, which servers log');
});

test('options that make no sense count as absent', () => {
  const sane = read('/?size=640x360&codec=av1&mode=L3T3_KEY');
  assert.deepEqual([sane.size, sane.codec, sane.mode], [{ width: 640, height: 360 }, 'av1', 'L3T3_KEY']);
  const none = read('/?size=big&codec=none&mode=none');
  assert.deepEqual([none.size, none.codec, none.mode], [undefined, undefined, undefined]);
});

test('the server is beside the page', () => {
  assert.equal(socketUrl(new URL('https://call.example/a/index.html?x=1#y')), 'wss://call.example/a/room');
  assert.equal(socketUrl(new URL('http://localhost:8080/')), 'ws://localhost:8080/room');
});
