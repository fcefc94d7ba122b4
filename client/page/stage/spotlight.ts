// One tile large and the others small, beside it or below it: a strip where there are few, a block of tiles where the large
// one cannot use the room, as a screen on a phone.

import { areaOf, type Box, fitShape, type Rect, type Shape } from './box.ts';
import { fitGrid, type Grid, placeGrid } from './grid.ts';
import type { Manners } from './manners.ts';
import { PAGER_HEIGHT } from './paging.ts';

/** Where everything is. */
export interface Spotlight {
  readonly strip: 'none' | 'beside' | 'below';
  readonly large: Rect;
  /** The places of the small tiles that are shown, in reading order. */
  readonly small: readonly Rect[];
  /** The middle of the strip, below which its pages are turned. */
  readonly middle: number;
}

type Side = 'beside' | 'below';

const SHARES = [0.155, 0.18, 0.22, 0.28, 0.36, 0.46]; // of the box that the small tiles may take, to be tried
const MOST_SMALL = 24;
const SEEN = 0.62; // what showing everybody is worth, of the whole
const ILLEGIBLE = 0.1; // what is left of an arrangement whose small tiles are too small
const SMALL = 0.3; // what a pixel of a small tile is worth, of one of the large tile

/** Arranges one large tile of the shape `large` and up to `others` small ones. */
export function arrangeSpotlight(others: number, box: Box, large: Shape, manners: Manners): Spotlight {
  if (others === 0) {
    const tile = fitShape(box, large);
    return { strip: 'none', large: { ...middleOf(tile, box), ...tile }, small: [], middle: box.width / 2 };
  }
  let best: Spotlight | undefined;
  let most = -1;
  for (const side of ['below', 'beside'] as const) {
    for (const share of SHARES) {
      const candidate = arrange(side, share, others, box, large, manners);
      const worth = worthOf(candidate, others, manners.smallestSmall);
      if (worth > most) {
        [best, most] = [candidate, worth];
      }
    }
  }
  return best as Spotlight;
}

function worthOf({ large, small }: Spotlight, others: number, smallest: Box): number {
  const tile = small[0] ?? { width: 0, height: 0 };
  const legible = tile.width >= smallest.width && tile.height >= smallest.height;
  const seen = (1 - SEEN) + (SEEN * small.length) / others;
  return (areaOf(large) + SMALL * areaOf(tile) * small.length) * seen * (legible ? 1 : ILLEGIBLE);
}

// First the small tiles in their share, then the large one in what they leave, then the small ones again in what that leaves.
function arrange(side: Side, share: number, others: number, box: Box, shape: Shape, manners: Manners): Spotlight {
  const { gap } = manners;
  const depth = (beside: number, below: number): number => (side === 'beside' ? beside : below);
  const tried = regionOf(side, box, share * depth(box.width, box.height));
  const count = countIn(others, tried, manners);
  const turned = count < others ? PAGER_HEIGHT : 0;
  const space = side === 'below' ? { ...box, height: box.height - turned } : box;
  const taken = sizeOf(smallGrid(count, tried, manners), gap);
  const large = fitShape(regionOf(side, space, depth(box.width - taken.width, space.height - taken.height) - gap), shape);
  const left = regionOf(side, space, depth(box.width - large.width, space.height - large.height) - gap);
  const room = side === 'beside' ? { ...left, height: left.height - turned } : left;
  return compose(side, large, count, smallGrid(count, room, manners), room, space, gap);
}

const regionOf = (side: Side, box: Box, depth: number): Box =>
  side === 'beside' ? { width: depth, height: box.height } : { width: box.width, height: depth };

const sizeOf = ({ columns, rows, tile }: Grid, gap: number): Box => ({
  width: columns * tile.width + (columns - 1) * gap,
  height: rows * tile.height + (rows - 1) * gap,
});

const middleOf = (inner: Box, outer: Box): { x: number; y: number } => ({
  x: Math.floor((outer.width - inner.width) / 2),
  y: Math.floor((outer.height - inner.height) / 2),
});

// As many of the others as are legible there, and at least one.
function countIn(others: number, region: Box, manners: Manners): number {
  const { gap, thumbnail, smallestSmall } = manners;
  for (let count = Math.min(others, MOST_SMALL); count > 1; count--) {
    const { tile } = fitGrid(count, region, gap, thumbnail);
    if (tile.width >= smallestSmall.width && tile.height >= smallestSmall.height) {
      return count;
    }
  }
  return 1;
}

// A grid of them whose tiles are not too large to be small ones.
function smallGrid(count: number, region: Box, { gap, thumbnail, largestSmall }: Manners): Grid {
  const grid = fitGrid(count, region, gap, thumbnail);
  const { width, height } = grid.tile;
  const shrink = Math.min(1, largestSmall.width / width, largestSmall.height / height);
  return { ...grid, tile: { width: Math.floor(width * shrink), height: Math.floor(height * shrink) } };
}

// Both stand together in the middle.
function compose(side: Side, large: Box, count: number, grid: Grid, room: Box, space: Box, gap: number): Spotlight {
  const strip = sizeOf(grid, gap);
  if (side === 'beside') {
    const left = Math.floor((space.width - large.width - gap - strip.width) / 2);
    const at = { x: left + large.width + gap, y: 0 };
    const small = placeGrid(count, grid, { width: strip.width, height: room.height }, gap);
    return { strip: side, large: { ...middleOf(large, space), ...large, x: left }, small: shift(small, at), middle: at.x + strip.width / 2 };
  }
  const top = Math.floor((space.height - large.height - gap - strip.height) / 2);
  const small = placeGrid(count, grid, { width: space.width, height: strip.height }, gap);
  const at = { x: 0, y: top + large.height + gap };
  return { strip: side, large: { ...middleOf(large, space), ...large, y: top }, small: shift(small, at), middle: space.width / 2 };
}

const shift = (rects: readonly Rect[], by: { x: number; y: number }): Rect[] =>
  rects.map((rect) => ({ ...rect, x: rect.x + by.x, y: rect.y + by.y }));
