import assert from 'node:assert/strict';
import test from 'node:test';

import * as sdk from '../../src/index.ts';

test('the entry of the SDK can be loaded without a browser', () => {
  assert.equal(typeof sdk, 'object');
});
