// Two people: the other one fills the stage, and one's own picture floats over a corner of it.

import { type Box, centre, fitShape, type Rect } from './box.ts';
import type { Manners } from './manners.ts';

/** A corner of the stage. */
export type Corner = 'top-left' | 'top-right' | 'bottom-left' | 'bottom-right';

const MARGIN = 12;

/** The places of the other person and of oneself. */
export function arrangeTwo(box: Box, corner: Corner, { largeShape }: Manners): { other: Rect; own: Rect } {
  const other = centre(fitShape(box, largeShape), { x: 0, y: 0, ...box });
  const upright = box.height > box.width;
  const width = Math.round(Math.min(Math.max(box.width * (upright ? 0.28 : 0.19), 120), box.height * 0.42, 280));
  const height = Math.round(upright ? width / 0.75 : (width * 9) / 16);
  return { other, own: place({ width, height }, box, other, corner) };
}

// Over the corner of the other's picture where it is wide; in the corner of the stage where that is beside or below it.
function place(own: Box, box: Box, other: Rect, corner: Corner): Rect {
  const [vertical, horizontal] = corner.split('-');
  const frame = box.height - other.height > own.height ? { x: 0, y: 0, ...box } : other;
  return {
    x: horizontal === 'left' ? frame.x + MARGIN : frame.x + frame.width - own.width - MARGIN,
    y: vertical === 'top' ? frame.y + MARGIN : frame.y + frame.height - own.height - MARGIN,
    ...own,
  };
}

/** The corner that is nearest to a place of the stage. */
export function nearestCorner(x: number, y: number, box: Box): Corner {
  return `${y < box.height / 2 ? 'top' : 'bottom'}-${x < box.width / 2 ? 'left' : 'right'}`;
}
