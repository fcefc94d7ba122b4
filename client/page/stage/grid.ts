// The grid: tiles of one size in rows, as large as the box allows.

import { areaOf, type Box, fitShape, type Rect, type Shape } from './box.ts';

/** How many columns and rows, and the size of a tile. */
export interface Grid {
  readonly columns: number;
  readonly rows: number;
  readonly tile: Box;
}

/**
 * Finds the columns and rows that make `count` tiles largest in `box`, and the shape of the tiles within its limits: a
 * window that 16:9 fills badly is filled with tiles that are less wide. Every number of columns is tried, as there are at
 * most `count`.
 */
export function fitGrid(count: number, box: Box, gap: number, shape: Shape, mostColumns = count): Grid {
  let best: Grid = { columns: 1, rows: Math.max(1, count), tile: { width: 0, height: 0 } };
  for (let columns = 1; columns <= Math.min(count, mostColumns); columns++) {
    const rows = Math.ceil(count / columns);
    const cell = {
      width: (box.width - gap * (columns - 1)) / columns,
      height: (box.height - gap * (rows - 1)) / rows,
    };
    const tile = fitShape(cell, shape);
    if (areaOf(tile) > areaOf(best.tile)) {
      best = { columns, rows, tile };
    }
  }
  return best;
}

/** The places of `count` tiles, row by row, in the middle of `box`; a last row that is not full is centred. */
export function placeGrid(count: number, { columns, rows, tile }: Grid, box: Box, gap: number): Rect[] {
  const top = Math.floor((box.height - rows * tile.height - (rows - 1) * gap) / 2);
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = Math.min(columns, count - row * columns);
    const left = Math.floor((box.width - inRow * tile.width - (inRow - 1) * gap) / 2);
    return {
      x: left + (index % columns) * (tile.width + gap),
      y: top + row * (tile.height + gap),
      ...tile,
    };
  });
}
