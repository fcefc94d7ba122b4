// One tile large and the others small beside it or below it, whichever leaves the large one larger.

import { areaOf, type Box, centre, fitShape, type Rect, type Shape } from './box.ts';
import type { Manners } from './manners.ts';

/** Where everything is. */
export interface Spotlight {
  readonly strip: 'none' | 'beside' | 'below';
  readonly large: Rect;
  /** The places of the small tiles that are shown, in reading order. */
  readonly small: readonly Rect[];
}

const BELOW = { share: 0.19, least: 76, most: 148 }; // height of a small tile, of the box's
const BESIDE = { share: 0.17, least: 112, most: 236 }; // width of a small tile, of the box's
const MOST_LINES = 2;
const UNSEEN = 0.5; // what showing everybody is worth, against the size of the large tile

/** Arranges one large tile of the shape `large` and up to `others` small ones. */
export function arrangeSpotlight(others: number, box: Box, large: Shape, manners: Manners): Spotlight {
  if (others === 0) {
    return { strip: 'none', large: centre(fitShape(box, large), { x: 0, y: 0, ...box }), small: [] };
  }
  let best: Spotlight | undefined;
  let most = -1;
  for (let lines = 1; lines <= MOST_LINES; lines++) {
    for (const candidate of [below(others, lines, box, large, manners), beside(others, lines, box, large, manners)]) {
      const seen = candidate.small.length / others;
      const worth = areaOf(candidate.large) * (UNSEEN + (1 - UNSEEN) * seen);
      if (worth > most) {
        [best, most] = [candidate, worth];
      }
    }
  }
  return best as Spotlight;
}

const between = (least: number, value: number, most: number): number => Math.round(Math.max(least, Math.min(value, most)));

function below(others: number, lines: number, box: Box, shape: Shape, { gap, thumbnail }: Manners): Spotlight {
  const height = between(BELOW.least, box.height * BELOW.share, BELOW.most);
  const tile = { width: Math.round(height * thumbnail), height };
  const inLine = Math.max(1, Math.floor((box.width + gap) / (tile.width + gap)));
  const shown = Math.min(others, inLine * lines);
  const used = Math.ceil(shown / inLine);
  const strip = used * (height + gap);
  const space = { x: 0, y: 0, width: box.width, height: box.height - strip };
  const large = centre(fitShape(space, shape), space);
  const spare = Math.floor((space.height - large.height) / 2); // the strip stays near the large tile
  const small = lineUp(shown, Math.ceil(shown / used), box.width, tile.width, gap).map(({ line, at }) => ({
    x: at,
    y: box.height - strip + gap + line * (height + gap) - spare,
    ...tile,
  }));
  return { strip: 'below', large, small };
}

function beside(others: number, lines: number, box: Box, shape: Shape, { gap, thumbnail }: Manners): Spotlight {
  const width = between(BESIDE.least, box.width * BESIDE.share, BESIDE.most);
  const tile = { width, height: Math.round(width / thumbnail) };
  const inLine = Math.max(1, Math.floor((box.height + gap) / (tile.height + gap)));
  const shown = Math.min(others, inLine * lines);
  const used = Math.ceil(shown / inLine);
  const strip = used * (width + gap);
  const space = { x: 0, y: 0, width: box.width - strip, height: box.height };
  const large = centre(fitShape(space, shape), space);
  const spare = Math.floor((space.width - large.width) / 2);
  const small = lineUp(shown, Math.ceil(shown / used), box.height, tile.height, gap).map(({ line, at }) => ({
    x: box.width - strip + gap + line * (width + gap) - spare,
    y: at,
    ...tile,
  }));
  return { strip: 'beside', large, small };
}

// Breaks `count` pieces into lines of `inLine`, each line in the middle of `length`.
function lineUp(count: number, inLine: number, length: number, piece: number, gap: number): { line: number; at: number }[] {
  return Array.from({ length: count }, (_, index) => {
    const line = Math.floor(index / inLine);
    const here = Math.min(inLine, count - line * inLine);
    const start = Math.floor((length - here * piece - (here - 1) * gap) / 2);
    return { line, at: start + (index % inLine) * (piece + gap) };
  });
}
