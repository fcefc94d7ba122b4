// What suits a window: gaps, the shapes of tiles, and how small a tile may be before people stop to be recognisable.

import type { Box, Shape } from './box.ts';

/** The numbers of one window size. */
export interface Manners {
  readonly gap: number;
  /** Tiles of the grid. */
  readonly shape: Shape;
  /** A tile that stands alone or large. */
  readonly largeShape: Shape;
  /** Tiles beside a large one, and between which sizes they are. */
  readonly thumbnail: Shape;
  readonly smallestSmall: Box;
  readonly largestSmall: Box;
  /** A smaller tile is not legible: then the people go onto pages. */
  readonly smallest: Box;
  readonly mostColumns: number;
}

/** No page has more tiles, however large the screen. */
export const MOST_TILES = 49;

const CROWD = 16; // tiles from which on the gaps are narrower
const WIDE = 16 / 9;

/** The numbers for `count` tiles in `box`: a phone held upright, one held flat, or a desk's window. */
export function mannersFor(box: Box, count: number): Manners {
  const upright = box.height > box.width;
  if (upright && box.width < 560) {
    return {
      gap: 6,
      shape: { narrowest: 0.8, widest: WIDE },
      largeShape: { narrowest: 0.54, widest: WIDE },
      thumbnail: { narrowest: 0.9, widest: 4 / 3 },
      smallestSmall: { width: 100, height: 80 },
      largestSmall: { width: 190, height: 190 },
      smallest: { width: 120, height: 112 },
      mostColumns: 2,
    };
  }
  const flat = box.height < 420;
  return {
    gap: flat ? 6 : count > CROWD ? 8 : 12,
    shape: { narrowest: upright ? 1 : 4 / 3, widest: WIDE },
    largeShape: { narrowest: upright ? 1 : 4 / 3, widest: 2.1 },
    thumbnail: { narrowest: flat ? 4 / 3 : 1.5, widest: WIDE },
    smallestSmall: flat ? { width: 88, height: 66 } : { width: 132, height: 74 },
    largestSmall: { width: 300, height: 180 },
    smallest: flat ? { width: 96, height: 72 } : { width: 136, height: 77 },
    mostColumns: MOST_TILES,
  };
}
