// Which sizes a camera is sent in, and which of them a tile asks for.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodingsOf } from '../../web/encodings.js';
import { LayerChoice } from '../../web/layers.js';

test('a camera is sent in as many sizes as are worth it', () => {
  assert.deepEqual(encodingsOf({ width: 1280, height: 720 }, {}), [
    { rid: 'l', scaleResolutionDownBy: 4, maxBitrate: 150_000 },
    { rid: 'm', scaleResolutionDownBy: 2, maxBitrate: 500_000 },
    { rid: 'h', scaleResolutionDownBy: 1, maxBitrate: 1_700_000 },
  ]);
  assert.deepEqual(encodingsOf({ width: 360, height: 640 }, {}), [
    { rid: 'm', scaleResolutionDownBy: 2, maxBitrate: 150_000 },
    { rid: 'h', scaleResolutionDownBy: 1, maxBitrate: 500_000 },
  ]);
  for (const small of [{ width: 320, height: 180 }, {}]) {
    assert.deepEqual(encodingsOf(small, {}), [{}]);
  }
});

test('what comes back is sent once, and a scalable stream too', () => {
  const camera = { width: 1280, height: 720 };
  assert.deepEqual(encodingsOf(camera, { loopback: true }), [{}]);
  assert.deepEqual(encodingsOf(camera, { mode: 'L3T3_KEY' }), [{ scalabilityMode: 'L3T3_KEY' }]);
});

// Somebody whose tile is `screen` px long receives a camera with these sizes. Answers what is asked for in turn.
function watch(choice, sizes, screen) {
  const asked = [];
  for (let round = 0; round < 10; round++) {
    const layer = choice.fitting(screen);
    if (layer !== choice.asked) {
      asked.push(layer);
    } else if (round > 0) {
      return asked;
    }
    choice.asked = layer;
    choice.saw(sizes[Math.min(layer, sizes.length - 1)]);
  }
  assert.fail(`no end of asking: ${asked}`);
}

test('a tile asks for the smallest picture that is sharp on it', () => {
  const camera = [320, 640, 1280];
  for (const [screen, layers] of [[0, [0]], [300, [0]], [600, [1]], [1000, []], [3000, []]]) {
    assert.deepEqual(watch(new LayerChoice(), camera, screen), layers, `${screen} px`);
  }
});

test('it finds out what the sizes of a camera are', () => {
  for (const [camera, screen, last] of [
    [[160, 320, 640], 600, 2],
    [[160, 320, 640], 300, 1],
    [[640, 1280], 600, 0],
    [[640, 1280], 1200, 2], // all there is, as good as 1
    [[320, 1280], 480, 1], // not 0, though half of 1280 would do
    [[1280], 300, 0],
    [[480, 960, 1920], 900, 1],
  ]) {
    const choice = new LayerChoice();
    watch(choice, camera, screen);
    assert.equal(choice.asked, last, `${camera} on ${screen} px`);
  }
});

test('it asks at once for what it has seen to fit, and for everything when nothing fits', () => {
  const camera = [320, 640, 1280];
  const choice = new LayerChoice();
  assert.deepEqual(watch(choice, camera, 300), [0]);
  assert.deepEqual(watch(choice, camera, 1200), [2]);
  assert.deepEqual(watch(choice, camera, 0), [0]);
  assert.deepEqual(watch(choice, camera, 600), [1]);
});

test('a tile that changes a little asks for nothing', () => {
  const camera = [320, 640, 1280];
  const choice = new LayerChoice();
  assert.deepEqual(watch(choice, camera, 700), []); // 640 px are too few to change for, yet enough to stay with
  assert.deepEqual(watch(choice, camera, 660), [1]);
  assert.deepEqual(watch(choice, camera, 700), []);
  assert.deepEqual(watch(choice, camera, 660), []);
});

test('a smaller picture than expected is worth another wish', () => {
  const choice = new LayerChoice();
  assert.deepEqual(watch(choice, [200, 400, 800], 600), [1, 2]);
  assert.deepEqual(watch(choice, [200, 400, 800], 380), [1]);
});
