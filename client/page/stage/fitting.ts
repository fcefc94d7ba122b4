// Whether a picture fills its tile, losing its edges, or is shown whole.

import type { Box } from './box.ts';

const LEAST = 0.3; // of a landscape picture that may be left: a face in the middle of it stays whole

/** Decides for a picture and a tile. Screens and pictures held upright are whole, as what is cut off there matters. */
export function fitting(picture: Box, tile: Box, screen: boolean): 'cover' | 'contain' {
  if (picture.width <= 0 || picture.height <= 0 || tile.width <= 0 || tile.height <= 0) {
    return 'cover';
  }
  if (screen) {
    return 'contain';
  }
  const [ratio, wanted] = [picture.width / picture.height, tile.width / tile.height];
  const left = Math.min(ratio / wanted, wanted / ratio);
  if (ratio < 1 && wanted > ratio) {
    return left > 0.8 ? 'cover' : 'contain';
  }
  return left >= LEAST ? 'cover' : 'contain';
}
