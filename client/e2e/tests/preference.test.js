// What the page decides about pictures, apart from any browser: sizes, importance, marks and who speaks.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spotlight } from '../../web/layout.js';
import { HIDDEN_AFTER, VideoPreference, priorityOf } from '../../web/preference.js';
import { judge, measured } from '../../web/quality.js';
import { Speaking } from '../../web/speaking.js';

const GAP = 12;
const sized = (maxWidth, maxHeight, priority = 'normal') => ({ maxWidth, maxHeight, priority });

test('a picture is wanted four fifths as large as it is shown, in steps', () => {
  for (const [width, height, maxWidth, maxHeight] of [
    [1600, 900, 1280, 720],
    [800, 450, 640, 352],
    [320, 180, 256, 144],
    [225, 400, 176, 320],
    [4, 4, 16, 16],
  ]) {
    assert.deepEqual(new VideoPreference().of({ width, height }, 'normal', 0), sized(maxWidth, maxHeight));
  }
});

test('a tile that goes to and fro by less than a step soon wants one size, wherever it stands', () => {
  const preference = new VideoPreference();
  const wanted = (width) => preference.of({ width, height: (width * 9) / 16 }, 'normal', 0);
  for (let width = 400; width < 2400; width += 7) {
    wanted(width);
    const settled = wanted(width + 9);
    for (const again of [width, width + 9, width + 4, width]) {
      assert.deepEqual(wanted(again), settled, `${width} px, then ${again}`);
    }
  }
});

test('a picture out of sight is hidden after a while, and back at once', () => {
  const preference = new VideoPreference();
  const screen = { width: 800, height: 450 };
  assert.deepEqual(preference.of(null, 'normal', 0), sized(16, 16), 'the smallest, until it was in sight');
  assert.deepEqual(preference.of(screen, 'normal', 10), sized(640, 352));
  assert.deepEqual(preference.of(null, 'normal', 1_000), sized(640, 352));
  assert.deepEqual(preference.of(null, 'normal', 999 + HIDDEN_AFTER), sized(640, 352));
  assert.deepEqual(preference.of(null, 'normal', 1_000 + HIDDEN_AFTER), sized(640, 352, 'hidden'));
  assert.deepEqual(preference.of(screen, 'speaker', 9_000), sized(640, 352, 'speaker'));
  assert.deepEqual(preference.of(null, 'speaker', 9_001), sized(640, 352, 'speaker'), 'the while begins anew');
});

test('the pinned one counts most, then who speaks, and beside a pinned one the rest counts little', () => {
  const priorities = (circumstances) => ['ann', 'bob', 'cyd'].map((user) => priorityOf(user, circumstances));
  assert.deepEqual(priorities({ large: null, dominant: null }), ['normal', 'normal', 'normal']);
  assert.deepEqual(priorities({ large: null, dominant: 'bob' }), ['normal', 'speaker', 'normal']);
  assert.deepEqual(priorities({ large: 'ann', dominant: 'bob' }), ['pinned', 'speaker', 'thumbnail']);
  assert.deepEqual(priorities({ large: 'ann', dominant: 'ann' }), ['pinned', 'thumbnail', 'thumbnail']);
});

test('who speaks is heard here until the server says it', () => {
  const speaking = new Speaking();
  assert.deepEqual([speaking.speaks('ann', 0.1), speaking.speaks('bob', 0.01)], [true, false]);
  speaking.told('bob', ['bob']);
  assert.deepEqual([speaking.speaks('ann', 0.1), speaking.speaks('bob', 0)], [false, true]);
  speaking.told('bob', []);
  assert.deepEqual([speaking.dominant, speaking.speaks('bob', 0.1)], ['bob', false]);
});

test('a mark tells the worst of sound and picture, and why', () => {
  const sound = { kind: 'audio', score: 4.4 };
  const marks = (...tracks) => judge('ann', tracks, false);
  assert.equal(marks(), null);
  assert.equal(marks(sound, { kind: 'video', score: 3.6 }), null);
  assert.equal(marks({ kind: 'audio' }), null, 'nothing to judge yet');
  assert.equal(marks(sound, { kind: 'video', score: 1, cause: 'downlink', paused: true }), null, 'the pause says so');
  for (const [cause, words] of [
    ['downlink', ', your connection'],
    ['uplink', ", ann's connection"],
    ['publisher layer', ", ann's camera sends no larger picture"],
    ['overload', ', the server is busy'],
    ['a word of later servers', ''],
    [undefined, ''],
  ]) {
    assert.deepEqual(marks(sound, { kind: 'video', score: 3.04, cause }), { bars: 2, text: `Picture: 3.0 of 5${words}` });
  }
  assert.deepEqual(marks({ kind: 'audio', score: 1.5, cause: 'downlink' }, { kind: 'video', score: 2 }), {
    bars: 1,
    text: 'Sound: 1.5 of 5, your connection',
  });
});

test('a mark does not flicker', () => {
  const at = (score, marked) => judge('ann', [{ kind: 'video', score }], marked) !== null;
  assert.deepEqual([at(3.6, false), at(3.4, false), at(3.6, true), at(3.9, true)], [false, true, true, false]);
});

test('what was measured goes under the names of the protocol', () => {
  const summary = { framesDecoded: 90, freezeCount: 1, totalFreezesDuration: 0.4, audioPacketsLost: 2, frameWidth: 640 };
  assert.deepEqual(JSON.parse(JSON.stringify(measured(summary))), {
    freezeCount: 1,
    totalFreezesDuration: 0.4,
    framesDecoded: 90,
    packetsLost: 2,
  });
});

test('a large tile and its strip fit into every window', () => {
  for (const [box, ratio] of [
    [{ width: 1280, height: 680 }, 16 / 9],
    [{ width: 374, height: 690 }, 1],
    [{ width: 828, height: 300 }, 16 / 9],
  ]) {
    for (let others = 0; others <= 24; others++) {
      const { beside, large, width } = spotlight(others, box, GAP, ratio);
      assert.ok(large > 1.2 * width, `${others} beside one in ${box.width}x${box.height}: ${width} and ${large} px`);
      const [along, across] = beside ? [box.height, box.width] : [box.width, box.height];
      const [small, side] = beside ? [width / ratio, width] : [width, width / ratio];
      const lines = others === 0 ? 0 : Math.ceil(others / Math.floor((along + GAP + 1e-6) / (small + GAP)));
      const strip = lines * (side + GAP) + (lines > 0 ? GAP : 0);
      assert.ok((beside ? large : large / ratio) + strip <= across + 1e-6, `${others} in ${box.width}x${box.height}`);
    }
  }
});

test('in a wide window the strip stands beside, in an upright one below', () => {
  assert.equal(spotlight(3, { width: 1600, height: 600 }, GAP, 16 / 9).beside, true);
  assert.equal(spotlight(3, { width: 390, height: 700 }, GAP, 1).beside, false);
});
