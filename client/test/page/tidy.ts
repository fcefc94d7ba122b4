// What every arrangement is held against, and in which windows.

import assert from 'node:assert/strict';
import type { Box, Rect } from '../../page/stage/box.ts';

/** From a phone held upright to a wall of screens. */
export const WINDOWS: Box[] = [
  { width: 320, height: 480 }, { width: 360, height: 640 }, { width: 390, height: 700 }, { width: 844, height: 280 },
  { width: 768, height: 900 }, { width: 1024, height: 600 }, { width: 1280, height: 680 }, { width: 940, height: 680 },
  { width: 600, height: 1000 }, { width: 1920, height: 960 }, { width: 3440, height: 1300 }, { width: 501, height: 499 },
];

const within = (rect: Rect, box: Box): boolean =>
  rect.x >= 0 && rect.y >= 0 && rect.x + rect.width <= box.width && rect.y + rect.height <= box.height;

const apart = (a: Rect, b: Rect, gap: number): boolean =>
  a.x + a.width + gap <= b.x || b.x + b.width + gap <= a.x || a.y + a.height + gap <= b.y || b.y + b.height + gap <= a.y;

/** Fails unless the rectangles are in the box, at least `gap` from each other. */
export function assertTidy(rects: readonly Rect[], box: Box, gap: number, what: string): void {
  for (const [index, rect] of rects.entries()) {
    assert.ok(within(rect, box), `${what}: ${JSON.stringify(rect)} is not in ${JSON.stringify(box)}`);
    for (const other of rects.slice(0, index)) {
      assert.ok(apart(rect, other, gap), `${what}: ${JSON.stringify(rect)} is over ${JSON.stringify(other)}`);
    }
  }
}
