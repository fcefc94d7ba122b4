// Puts a scene onto the page: writes the places of the tiles, once each, and lets those that moved go there.

import type { Box, Rect } from './box.ts';
import { Motion } from './motion.ts';
import type { Placement, Scene } from './scene.ts';
import type { Tile } from './tile.ts';

const LITTLE = 240; // px of width: smaller letters
const WIDE = 352; // room for a few words beside the name
const LARGEST_AVATAR = 160;
const ROLES = ['large', 'small', 'floating'] as const;

/** Writes scenes. It reads the page only for tiles that are on their way, all of them before it writes anything. */
export class Direction {
  #list: HTMLElement;
  #motion = new Motion();
  #box: Box = { width: 0, height: 0 };

  constructor(list: HTMLElement) {
    this.#list = list;
  }

  /** Shows the tiles as the scene says. `from` overrides where a tile seems to come from. */
  show(tiles: readonly Tile[], scene: Scene, box: Box, from: ReadonlyMap<string, Rect> = new Map()): void {
    const resized = box.width !== this.#box.width || box.height !== this.#box.height;
    this.#box = box;
    this.#motion.begin();
    const before = resized ? new Map<Tile, Rect>() : this.#places(tiles, from);
    this.#list.dataset['scene'] = scene.kind;
    if (scene.strip === 'none') {
      delete this.#list.dataset['strip'];
    } else {
      this.#list.dataset['strip'] = scene.strip;
    }
    for (const tile of tiles) {
      place(tile, scene.places.get(tile.key));
    }
    if (!resized) {
      tiles.forEach((tile) => this.#animate(tile, before.get(tile)));
    }
  }

  #places(tiles: readonly Tile[], from: ReadonlyMap<string, Rect>): Map<Tile, Rect> {
    let origin: DOMRect | undefined;
    const read = () => (origin ??= this.#list.getBoundingClientRect());
    const before = new Map<Tile, Rect>();
    for (const tile of tiles) {
      if (tile.placement) {
        before.set(tile, from.get(tile.key) ?? this.#motion.seemingRect(tile.element, tile.placement.rect, read));
      }
    }
    return before;
  }

  #animate({ element, placement }: Tile, before: Rect | undefined): void {
    if (placement && before) {
      this.#motion.move(element, before, placement.rect);
    } else if (placement) {
      this.#motion.appear(element);
    }
  }
}

function place(tile: Tile, placement: Placement | undefined): void {
  const { element } = tile;
  const now = tile.placement;
  tile.placement = placement;
  element.hidden = placement === undefined;
  if (!placement) {
    return;
  }
  for (const role of ROLES) {
    element.classList.toggle(role, placement.role === role);
  }
  const { x, y, width, height } = placement.rect;
  if (!now || now.rect.x !== x || now.rect.y !== y) {
    element.style.left = `${x}px`;
    element.style.top = `${y}px`;
  }
  if (!now || now.rect.width !== width || now.rect.height !== height) {
    element.style.width = `${width}px`;
    element.style.height = `${height}px`;
    element.style.setProperty('--avatar', `${Math.round(Math.min(width * 0.36, height * 0.44, LARGEST_AVATAR))}px`);
    element.dataset['size'] = width < LITTLE ? 'little' : width < WIDE ? 'usual' : 'wide';
    tile.fit();
  }
}
