import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fit } from '../../web/layout.js';

const RATIO = 16 / 9;
const GAP = 12;

test('every number of tiles fits into every window', () => {
  for (const box of [{ width: 1280, height: 680 }, { width: 390, height: 700 }, { width: 844, height: 300 }]) {
    for (let count = 1; count <= 30; count++) {
      const { columns, width } = fit(count, box, GAP, RATIO);
      const rows = Math.ceil(count / columns);
      assert.ok(width > 0, `${count} tiles in ${box.width}x${box.height} have no width`);
      assert.ok(columns * width + (columns - 1) * GAP <= box.width, `${count} tiles are too wide`);
      assert.ok((rows * width) / RATIO + (rows - 1) * GAP <= box.height + 1e-6, `${count} tiles are too high`);
    }
  }
});

test('tiles are as large as the window allows', () => {
  assert.deepEqual(fit(1, { width: 1600, height: 900 }, GAP, RATIO), { columns: 1, width: 1600 });
  assert.equal(fit(2, { width: 1600, height: 500 }, GAP, RATIO).columns, 2);
  assert.equal(fit(2, { width: 400, height: 800 }, GAP, RATIO).columns, 1);
  assert.equal(fit(4, { width: 1600, height: 900 }, GAP, RATIO).columns, 2);
  assert.equal(fit(16, { width: 1600, height: 900 }, GAP, RATIO).columns, 4);
});

test('no tiles and no room are no trouble', () => {
  assert.deepEqual(fit(0, { width: 800, height: 600 }, GAP, RATIO), { columns: 1, width: 0 });
  assert.deepEqual(fit(3, { width: 0, height: 0 }, GAP, RATIO), { columns: 1, width: 0 });
});
