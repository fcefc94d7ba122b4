// Which sizes a camera is sent in.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodingsOf } from '../../web/encodings.js';

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
