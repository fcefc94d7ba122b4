import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Box, Rect, Shape } from '../../page/stage/box.ts';
import { fitGrid, placeGrid } from '../../page/stage/grid.ts';
import { mannersFor } from '../../page/stage/manners.ts';
import { gridCapacity, pageOf } from '../../page/stage/paging.ts';
import { assertTidy, WINDOWS } from './tidy.ts';

function layOut(count: number, box: Box): { rects: Rect[]; gap: number; shape: Shape; columns: number } {
  const { gap, shape, mostColumns } = mannersFor(box, count);
  const grid = fitGrid(count, box, gap, shape, mostColumns);
  return { rects: placeGrid(count, grid, box, gap), gap, shape, columns: grid.columns };
}

test('1 to 49 tiles lie in every window, none over another, all of one allowed shape', () => {
  for (const box of WINDOWS) {
    for (let count = 1; count <= 49; count++) {
      const { rects, gap, shape } = layOut(count, box);
      assert.equal(rects.length, count);
      assertTidy(rects, box, gap, `${count} in ${box.width}x${box.height}`);
      for (const { width, height } of rects) {
        assert.deepEqual([width, height], [rects[0]?.width, rects[0]?.height]);
        assert.ok((width + 1) / height >= shape.narrowest && width / (height + 1) <= shape.widest, `${width}x${height}`);
      }
    }
  }
});

// Tries everything there is, in small steps, without knowing how fitGrid finds it.
function bruteForce(count: number, box: Box, gap: number, shape: Shape, mostColumns: number): number {
  let most = 0;
  for (let rows = 1; rows <= count; rows++) {
    const columns = Math.ceil(count / rows);
    if (columns > mostColumns) {
      continue;
    }
    for (let ratio = shape.narrowest; ratio <= shape.widest + 1e-9; ratio += (shape.widest - shape.narrowest) / 200) {
      const width = Math.min((box.width - gap * (columns - 1)) / columns, ((box.height - gap * (rows - 1)) / rows) * ratio);
      most = Math.max(most, width > 0 ? (width * width) / ratio : 0);
    }
  }
  return most;
}

test('tiles are as large as any arrangement makes them', () => {
  for (const box of WINDOWS) {
    for (let count = 1; count <= 49; count++) {
      const { gap, shape, mostColumns } = mannersFor(box, count);
      const best = bruteForce(count, box, gap, shape, mostColumns);
      const { tile } = fitGrid(count, box, gap, shape, mostColumns);
      // A pixel may be lost in each direction.
      const share = ((tile.width + 1) * (tile.height + 1)) / best;
      assert.ok(share >= 0.995, `${count} in ${box.width}x${box.height}: ${share} of the best`);
    }
  }
});

test('a last row that is not full stands in the middle', () => {
  const box = { width: 1280, height: 680 };
  const { rects, columns } = layOut(5, box);
  assert.equal(columns, 3);
  const last = rects.slice(3);
  const left = Math.min(...last.map(({ x }) => x));
  const right = Math.max(...last.map(({ x, width }) => x + width));
  assert.ok(Math.abs(left - (box.width - right)) <= 1, `${left} px on the left, ${box.width - right} on the right`);
});

test('the space of a usual window is used', () => {
  for (const box of [{ width: 1280, height: 680 }, { width: 940, height: 680 }, { width: 390, height: 700 }]) {
    for (const count of [2, 4, 6, 9].filter((number) => number <= gridCapacity(box))) {
      const { rects } = layOut(count, box);
      const used = rects.reduce((sum, { width, height }) => sum + width * height, 0) / (box.width * box.height);
      assert.ok(used > 0.6, `${count} tiles take ${used.toFixed(2)} of ${box.width}x${box.height}`);
    }
  }
});

test('no tiles and no room are no trouble', () => {
  assert.deepEqual(placeGrid(0, fitGrid(0, { width: 800, height: 600 }, 12, { narrowest: 1, widest: 2 }), { width: 800, height: 600 }, 12), []);
  assert.equal(layOut(3, { width: 0, height: 0 }).rects[0]?.width, 0);
});

test('a page holds as many people as stay legible, never more than 49', () => {
  for (const box of WINDOWS) {
    const capacity = gridCapacity(box);
    const { smallest } = mannersFor(box, capacity);
    assert.ok(capacity >= 1 && capacity <= 49);
    const { rects } = layOut(capacity, box);
    assert.ok(rects.every(({ width, height }) => width >= smallest.width && height >= smallest.height));
  }
  assert.equal(gridCapacity({ width: 1280, height: 680 }), 49);
  const phone = gridCapacity({ width: 390, height: 700 });
  assert.ok(phone >= 8 && phone <= 12, `${phone} on a phone`);
  assert.equal(gridCapacity({ width: 40, height: 40 }), 1);
});

test('pages cover all items once, and a page that is not there is the last one', () => {
  const items = Array.from({ length: 23 }, (_, index) => index);
  const pages = [0, 1, 2].map((page) => pageOf(items, 10, page).items);
  assert.deepEqual(pages.flat(), items);
  assert.deepEqual(pageOf(items, 10, 7), { items: [20, 21, 22], page: 2, pages: 3 });
  assert.deepEqual(pageOf([], 10, 0), { items: [], page: 0, pages: 1 });
});
