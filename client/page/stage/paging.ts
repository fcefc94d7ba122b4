// Pages of tiles, for when all of them at once would be too small.

import type { Box } from './box.ts';
import { fitGrid } from './grid.ts';
import { mannersFor, MOST_TILES } from './manners.ts';

/** Height of the buttons that turn pages, in CSS pixels. */
export const PAGER_HEIGHT = 44;

/** How many tiles a grid in `box` holds before they are too small; at least one. */
export function gridCapacity(box: Box): number {
  for (let count = MOST_TILES; count > 1; count--) {
    const { gap, shape, smallest, mostColumns } = mannersFor(box, count);
    const { tile } = fitGrid(count, box, gap, shape, mostColumns);
    if (tile.width >= smallest.width && tile.height >= smallest.height) {
      return count;
    }
  }
  return 1;
}

/** A page of `items`, and where it stands among how many. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly page: number;
  readonly pages: number;
}

/** Takes page `page` (from 0; one that is not there gives the last) with at most `capacity` of the items. */
export function pageOf<T>(items: readonly T[], capacity: number, page: number): Page<T> {
  const pages = Math.max(1, Math.ceil(items.length / Math.max(1, capacity)));
  const at = Math.min(Math.max(0, page), pages - 1);
  return { items: items.slice(at * capacity, (at + 1) * capacity), page: at, pages };
}
