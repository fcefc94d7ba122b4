import assert from 'node:assert/strict';
import { test } from 'node:test';
import { elapsed } from '../../page/call/elapsed.ts';
import { nextLayout } from '../../page/call/layouts.ts';
import { inOrder } from '../../page/panel/order.ts';
import { describeDevices, describeEnding, describeJoin } from '../../page/sentences.ts';
import { AtriumError, type AtriumErrorCode } from '../../src/core/errors.ts';

const to = { room: 'hall', user: 'ann', invited: false };
const refused = (code: AtriumErrorCode, invited = false) => describeJoin(new AtriumError(code), { ...to, invited });

test('why joining did not work is said with what to do', () => {
  assert.equal(refused('name-taken'), 'Somebody called “ann” is already in “hall”. Choose another name.');
  assert.match(refused('token-refused'), /for those who are invited/);
  assert.match(refused('token-refused', true), /invitation does not admit “ann”/);
  assert.match(refused('unreachable'), /cannot be reached/);
  assert.equal(refused('aborted'), '', 'who gave up needs no reason');
  assert.equal(describeJoin(new AtriumError('server-error', { text: 'Too much to do.' }), to), 'Too much to do.');
});

test('missing devices are explained together when the reason is the same, and what still works is said', () => {
  const [denied, absent] = [new AtriumError('permission-denied'), new AtriumError('device-not-found')];
  assert.match(describeDevices({ camera: denied, microphone: denied }), /use your camera and microphone\. .*still join/);
  assert.match(describeDevices({ camera: denied, microphone: absent }), /your camera\. .*No microphone was found\. .*still join/);
  assert.equal(describeDevices({ camera: absent }), 'No camera was found. The others will hear you.');
  assert.equal(describeDevices({ microphone: absent }), 'No microphone was found. The others will see you.');
  assert.equal(describeDevices({}), '');
});

test('an end has a heading, the moderator\'s own words, and a way back where there is one', () => {
  assert.deepEqual(describeEnding('evicted', 'noise', undefined, to), { title: 'You were removed from this room', text: '“noise”', rejoin: false });
  assert.equal(describeEnding('left', '', undefined, to).rejoin, true);
  assert.match(describeEnding('refused', '', new AtriumError('room-locked'), to).text, /“hall” is locked/);
});

test('the list begins with oneself, then raised hands, the longest first, then the others as they came', () => {
  const person = (user: string, handRaisedAt?: number, isLocal = false) => ({ user, handRaisedAt, isLocal });
  const sorted = inOrder([person('bob'), person('cyd', 20), person('dan'), person('eve', 10), person('ann', 30, true)]);
  assert.deepEqual(sorted.map(({ user }) => user), ['ann', 'eve', 'cyd', 'bob', 'dan']);
});

test('a clock shows hours only when there are some', () => {
  assert.deepEqual([0, 7_900, 754_000, 3_723_000].map(elapsed), ['0:00', '0:07', '12:34', '1:02:03']);
});

test('layouts go around', () => {
  assert.deepEqual((['auto', 'grid', 'speaker'] as const).map(nextLayout), ['grid', 'speaker', 'auto']);
});
