// What the stage shows, as a plain value: which tile is where and in which role. It is made from the tiles in their order,
// from what the person wishes, and from the size of the stage; nothing here knows of the page.

import type { Box, Rect } from './box.ts';
import { arrangeTwo, type Corner } from './floating.ts';
import { fitGrid, placeGrid } from './grid.ts';
import { mannersFor } from './manners.ts';
import { gridCapacity, PAGER_HEIGHT, pageOf } from './paging.ts';
import { arrangeSpotlight, type Spotlight } from './spotlight.ts';

export type Layout = 'auto' | 'grid' | 'speaker';

/** What the arrangement must know of a tile. */
export interface Subject {
  readonly key: string;
  readonly user: string;
  readonly own: boolean;
  readonly screen: boolean;
  /** Width divided by height of the picture; undefined until there is one. */
  readonly ratio?: number | undefined;
}

/** What the person wishes, and who speaks. */
export interface Wishes {
  readonly layout: Layout;
  /** Key of the pinned tile. */
  readonly pinned?: string | undefined;
  /** The user who is large in the speaker layout. */
  readonly featured?: string | undefined;
  readonly page: number;
  readonly corner: Corner;
}

export type Role = 'tile' | 'large' | 'small' | 'floating';

export interface Placement {
  readonly rect: Rect;
  readonly role: Role;
}

/** The places of all tiles that are shown; a tile without a place is hidden. */
export interface Scene {
  readonly kind: 'grid' | 'spotlight' | 'two';
  readonly strip: Spotlight['strip'];
  readonly large: string | undefined;
  readonly places: ReadonlyMap<string, Placement>;
  readonly page: number;
  readonly pages: number;
  /** Where pages are turned: the middle, from the left. */
  readonly middle: number;
}

/** Decides the scene of `tiles`, which stand in order, in `box`. */
export function makeScene(tiles: readonly Subject[], wishes: Wishes, box: Box): Scene {
  const large = largeOf(tiles, wishes);
  const [own, other] = [tiles.find((tile) => tile.own), tiles.find((tile) => !tile.own)];
  const alone = tiles.length === 2 && own !== undefined && other !== undefined && !own.screen && !other.screen;
  if (alone && wishes.layout !== 'grid') {
    return two(own, other, wishes, box);
  }
  return large ? spotlight(large, tiles, wishes, box) : grid(tiles, wishes, box);
}

// What is pinned; else the screen that was shared last by somebody else; else, in the speaker layout, who speaks.
function largeOf(tiles: readonly Subject[], { layout, pinned, featured }: Wishes): Subject | undefined {
  const chosen = tiles.find(({ key }) => key === pinned);
  if (chosen) {
    return chosen;
  }
  const screens = tiles.filter(({ own, screen }) => screen && !own);
  if (screens.length > 0 && layout !== 'grid') {
    return screens.at(-1);
  }
  const others = tiles.filter(({ own }) => !own);
  return layout === 'speaker' ? (others.find(({ user, screen }) => user === featured && !screen) ?? others[0]) : undefined;
}

// Pages need room for their buttons, with which there may be fewer tiles to a page.
function grid(tiles: readonly Subject[], wishes: Wishes, whole: Box): Scene {
  const paged = tiles.length > gridCapacity(whole);
  const box = paged ? { ...whole, height: whole.height - PAGER_HEIGHT } : whole;
  const { items, page, pages } = pageOf(tiles, paged ? gridCapacity(box) : tiles.length, wishes.page);
  const { gap, shape, largeShape, mostColumns } = mannersFor(box, items.length);
  const shapes = tiles.length === 1 ? largeShape : shape;
  const rects = placeGrid(items.length, fitGrid(items.length, box, gap, shapes, mostColumns), box, gap);
  const places = new Map(items.map(({ key }, index) => [key, { rect: rects[index] as Rect, role: 'tile' as const }]));
  return { kind: 'grid', strip: 'none', large: undefined, places, page, pages, middle: box.width / 2 };
}

function two(own: Subject, other: Subject, { corner }: Wishes, box: Box): Scene {
  const rects = arrangeTwo(box, corner, mannersFor(box, 2));
  const places = new Map<string, Placement>([
    [other.key, { rect: rects.other, role: 'tile' }],
    [own.key, { rect: rects.own, role: 'floating' }],
  ]);
  return { kind: 'two', strip: 'none', large: undefined, places, page: 0, pages: 1, middle: 0 };
}

function spotlight(large: Subject, tiles: readonly Subject[], wishes: Wishes, box: Box): Scene {
  const others = beside(large, tiles, wishes.featured);
  const manners = mannersFor(box, 2);
  const ratio = large.ratio ?? 16 / 9;
  const shape = large.screen ? { narrowest: ratio, widest: ratio } : manners.largeShape;
  const all = arrangeSpotlight(others.length, box, shape, manners);
  // A last page that is not full takes the first places, so that nothing else moves.
  const { items, page, pages } = pageOf(others, all.small.length, wishes.page);
  const places = new Map<string, Placement>([[large.key, { rect: all.large, role: 'large' }]]);
  for (const [index, { key }] of items.entries()) {
    places.set(key, { rect: all.small[index] as Rect, role: 'small' });
  }
  return { kind: 'spotlight', strip: all.strip, large: large.key, places, page, pages, middle: all.middle };
}

// Beside a screen who speaks stands first, then the other screens; beside a person everybody keeps their order.
function beside(large: Subject, tiles: readonly Subject[], featured: string | undefined): readonly Subject[] {
  const others = tiles.filter((tile) => tile !== large);
  const rank = ({ user, screen }: Subject): number => (screen ? 1 : large.screen && user === featured ? 0 : 2);
  return others.sort((a, b) => rank(a) - rank(b));
}
