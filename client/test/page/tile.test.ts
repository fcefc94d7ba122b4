import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COLOURS, colourOf, initialsOf } from '../../page/stage/avatar.ts';
import { bitrate, receivedLines, sentLines, totalLines } from '../../page/stage/figures.ts';
import { fitting } from '../../page/stage/fitting.ts';
import { priorityOf, type Standing } from '../../page/stage/priority.ts';
import { nextStop } from '../../page/stage/roving.ts';

const WIDE = { width: 640, height: 360 };
const UPRIGHT = { width: 360, height: 640 };

test('initials are those of the first and the last word, whatever the script', () => {
  assert.deepEqual(
    ['Ann', 'ann lee', 'Ann Maria de Lee', 'ann.lee', ' ann-maria_lee ', 'Øystein', '李 明', '🦊 fox', ''].map(initialsOf),
    ['A', 'AL', 'AL', 'AL', 'AL', 'Ø', '李明', '🦊F', ''],
  );
});

test('a name has the same colour everywhere, and names have many', () => {
  assert.equal(colourOf('Ann'), colourOf('Ann'));
  const colours = new Set(Array.from({ length: 100 }, (_, index) => colourOf(`person ${index}`)));
  assert.equal(colours.size, COLOURS);
});

test('pictures fill their tiles, but screens and what is held upright are whole', () => {
  assert.equal(fitting(WIDE, { width: 400, height: 300 }, false), 'cover');
  assert.equal(fitting(WIDE, { width: 200, height: 240 }, false), 'cover', 'a face in the middle stays');
  assert.equal(fitting(WIDE, { width: 100, height: 400 }, false), 'contain', 'a slit would be left of it');
  assert.equal(fitting(WIDE, { width: 400, height: 300 }, true), 'contain');
  assert.equal(fitting(UPRIGHT, { width: 400, height: 225 }, false), 'contain');
  assert.equal(fitting(UPRIGHT, { width: 360, height: 620 }, false), 'cover', 'next to nothing is lost');
  assert.equal(fitting({ width: 0, height: 0 }, WIDE, false), 'cover', 'no picture yet');
});

test('what is pinned matters most, then who speaks; small tiles least', () => {
  const standing = (further: Partial<Standing>) =>
    priorityOf({ role: 'tile', screen: false, pinned: false, dominant: false, ...further });
  assert.equal(standing({}), 'normal');
  assert.equal(standing({ pinned: true, dominant: true }), 'pinned');
  assert.equal(standing({ role: 'large', screen: true }), 'pinned');
  assert.equal(standing({ role: 'large' }), 'speaker');
  assert.equal(standing({ role: 'small', dominant: true }), 'speaker');
  assert.equal(standing({ role: 'small' }), 'thumbnail');
});

test('arrow keys go to the nearest tile in their direction', () => {
  const at = (name: string, column: number, row: number) => ({ name, rect: { x: column * 110, y: row * 110, width: 100, height: 100 } });
  const [a, b, c] = [at('a', 0, 0), at('b', 1, 0), at('c', 2, 0)];
  const [d, e] = [at('d', 0.5, 1), at('e', 1.5, 1)];
  const stops = [a, b, c, d, e];
  const go = (from: typeof a, key: string) => nextStop(from, stops, key)?.name;
  assert.deepEqual([go(a, 'ArrowRight'), go(c, 'ArrowLeft'), go(a, 'ArrowDown'), go(e, 'ArrowUp')], ['b', 'b', 'd', 'b']);
  assert.deepEqual([go(b, 'Home'), go(b, 'End')], ['a', 'e']);
  assert.deepEqual([go(a, 'ArrowLeft'), go(a, 'ArrowUp'), go(a, 'x')], [undefined, undefined, undefined]);
});

test('statistics are in words that fit, and leave out what is not known', () => {
  assert.deepEqual([bitrate(0), bitrate(999_400), bitrate(999_600)], ['0 kbit/s', '999 kbit/s', '1.0 Mbit/s']);
  const video = { bitrate: 500_000, loss: 0.004, width: 640, height: 360, framesPerSecond: 29.6, freezeCount: 0, totalFreezesDuration: 0, codec: 'video/VP8' };
  assert.deepEqual(receivedLines({ video }), ['640×360 30 fps · VP8', '500 kbit/s · loss 0.4 %']);
  assert.equal(receivedLines({ video: { ...video, jitterBuffer: 0.048 } })[1], '500 kbit/s · loss 0.4 % · buffer 48 ms');
  assert.deepEqual(receivedLines({ video: { ...video, freezeCount: 2, totalFreezesDuration: 1.23 } }).at(-1), '2 freezes, 1.2 s');
  assert.deepEqual(receivedLines({ audio: { bitrate: 31_000, loss: 0, jitter: 0 } }), ['31 kbit/s · loss 0 %']);
  assert.deepEqual(receivedLines({}), []);
  const layers = [{ rid: 'h', width: 640, height: 360, framesPerSecond: 30, bitrate: 400_000 }];
  assert.deepEqual(sentLines({ video: { bitrate: 400_000, layers } }), ['400 kbit/s', '640×360 30 fps · 400 kbit/s']);
  assert.deepEqual(totalLines({ received: new Map(), sent: new Map() }), ['In 0 kbit/s · out 0 kbit/s']);
  assert.equal(totalLines({ received: new Map(), sent: new Map(), roundTrip: 0.04, protocol: 'tcp' })[1], 'Round trip 40 ms · TCP');
});
