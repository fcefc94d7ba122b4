// The stage of the call page: the tiles of all people, arranged, marked and moved. It knows the Room and nothing else of the
// page. Events only note what has changed; the arrangement is made once with the next picture of the screen.

import type { Room } from '../../src/index.ts';
import { h } from '../dom.ts';
import { icon } from '../icons.ts';
import { Banner } from './banner.ts';
import type { Box, Rect } from './box.ts';
import { Cast } from './cast.ts';
import { Direction } from './direction.ts';
import { type Corner, nearestCorner } from './floating.ts';
import { letDrag } from './floating-drag.ts';
import { Floor } from './floor.ts';
import { Frame } from './frame.ts';
import { Overlay } from './overlay.ts';
import { onSwipe, Pager } from './pager.ts';
import { priorityOf } from './priority.ts';
import { Roving } from './roving.ts';
import { type Layout, makeScene, type Scene } from './scene.ts';
import { Sounds } from './sounds.ts';
import { keyOf, type Tile } from './tile.ts';

export type { Layout } from './scene.ts';

/** What a person has chosen before. */
export interface StagePreferences {
  readonly layout?: Layout;
}

/** What the rest of the page does with the stage. */
export interface Stage {
  readonly layout: Layout;
  /** Arranges otherwise; what was pinned is let go. */
  setLayout(layout: Layout): void;
  /** The user whose tile is pinned. */
  readonly pinned: string | undefined;
  /** Shows somebody's tile large; undefined lets go. */
  pin(user: string | undefined, stream?: string): void;
  readonly statisticsShown: boolean;
  toggleStatistics(): void;
  /** Plays the others' sound on another device; an empty id is the default. */
  setOutput(deviceId: string): Promise<void>;
  /** performance.now() of the first picture of a stream. */
  firstFrameAt(user: string, stream?: string): number | undefined;
  /** Ends everything the stage began. */
  dispose(): void;
}

/** Builds the stage into `root`, whose size it fills. */
export function createStage(root: HTMLElement, room: Room, preferences: StagePreferences = {}): Stage {
  return new CallStage(root, room, preferences);
}

class CallStage implements Stage {
  layout: Layout;
  readonly #room: Room;
  readonly #list = h('ul', { id: 'tiles', class: 'tiles', 'aria-label': 'People in the call' });
  readonly #frame = new Frame();
  readonly #direction = new Direction(this.#list);
  readonly #roving = new Roving(this.#list);
  readonly #pager = new Pager((by) => this.#turn(by));
  readonly #sounds = new Sounds((blocked) => (this.#unblock.hidden = !blocked));
  readonly #unblock: HTMLButtonElement;
  readonly #banner: Banner;
  readonly #overlay: Overlay;
  readonly #cast: Cast;
  readonly #floor: Floor;
  readonly #sizes: ResizeObserver;
  readonly #render = () => this.#arrange();
  #box: Box = { width: 0, height: 0 };
  #scene: Scene | undefined;
  #pinnedKey: string | undefined;
  #page = 0;
  #corner: Corner = 'bottom-right';
  #dropped = new Map<string, Rect>();

  constructor(root: HTMLElement, room: Room, { layout = 'auto' }: StagePreferences) {
    this.#room = room;
    this.layout = layout;
    this.#unblock = h('button', { class: 'button primary stage-unblock', type: 'button', hidden: true, onclick: () => this.#sounds.play() },
      icon('speaker'), 'Play the sound');
    this.#banner = new Banner(room);
    this.#cast = new Cast(room, {
      list: this.#list,
      sounds: this.#sounds,
      pin: (tile) => this.#togglePin(tile),
      reshaped: () => this.#change(),
      made: (tile) => this.#letFloat(tile),
      changed: () => this.#change(),
      left: (user) => this.#floor.remove(user),
    });
    this.#floor = new Floor(room, this.#cast.seats, () => this.#change());
    this.#overlay = new Overlay(room, (publication) => this.#cast.of(publication));
    root.append(this.#list, this.#pager.element, this.#banner.element, this.#overlay.element, this.#unblock, this.#sounds.element);
    this.#sizes = new ResizeObserver(([entry]) => this.#resized(entry?.contentRect ?? this.#box));
    this.#sizes.observe(this.#list);
    onSwipe(this.#list, (by) => this.#turn(by));
  }

  get pinned(): string | undefined {
    return this.#cast.tiles.find(({ key }) => key === this.#pinnedKey)?.user;
  }

  get statisticsShown(): boolean {
    return this.#overlay.shown;
  }

  setLayout(layout: Layout): void {
    this.layout = layout;
    this.#pinnedKey = undefined;
    this.#page = 0;
    this.#change();
  }

  pin(user: string | undefined, stream = 'webcam'): void {
    this.#pinnedKey = user === undefined ? undefined : keyOf(user, stream);
    this.#page = 0;
    this.#change();
  }

  toggleStatistics(): void {
    this.#overlay.toggle();
  }

  setOutput(deviceId: string): Promise<void> {
    return this.#sounds.setOutput(deviceId);
  }

  firstFrameAt(user: string, stream?: string): number | undefined {
    return this.#cast.get(user, stream)?.picture.firstFrameAt;
  }

  dispose(): void {
    this.#sizes.disconnect();
    this.#floor.dispose();
    this.#cast.dispose();
    this.#frame.dispose();
    [this.#banner, this.#overlay, this.#sounds].forEach((part) => part.dispose());
    [this.#list, this.#pager.element, this.#unblock].forEach((element) => element.remove());
  }

  #change(): void {
    this.#frame.request(this.#render);
  }

  // Of two people the other is large anyhow.
  #togglePin(tile: Tile): void {
    if (this.#scene?.kind === 'two') {
      return;
    }
    this.#pinnedKey = this.#pinnedKey === tile.key ? undefined : tile.key;
    this.#page = 0;
    this.#change();
  }

  #turn(by: 1 | -1): void {
    this.#page = Math.min(Math.max(0, this.#page + by), (this.#scene?.pages ?? 1) - 1);
    this.#change();
  }

  // At once, so that the tiles do not lag behind the window by a picture.
  #resized({ width, height }: Box): void {
    this.#box = { width: Math.floor(width), height: Math.floor(height) };
    this.#arrange();
  }

  #arrange(): void {
    if (this.#box.width === 0 || this.#box.height === 0) {
      return;
    }
    if (this.pinned === undefined) {
      this.#pinnedKey = undefined; // who was pinned has left
    }
    this.#scene = this.#makeScene();
    if (this.#floor.bringForward(this.#scene, this.#cast.tiles)) {
      this.#scene = this.#makeScene();
    }
    this.#page = this.#scene.page;
    const tiles = this.#cast.tiles;
    this.#direction.show(tiles, this.#scene, this.#box, this.#dropped);
    this.#dropped.clear();
    this.#pager.show(this.#scene);
    this.#mark(tiles, this.#scene);
  }

  #makeScene(): Scene {
    const wishes = { layout: this.layout, pinned: this.#pinnedKey, featured: this.#floor.featured, page: this.#page, corner: this.#corner };
    return makeScene(this.#cast.tiles, wishes, this.#box);
  }

  #mark(tiles: readonly Tile[], { large }: Scene): void {
    const { speaking } = this.#floor;
    for (const tile of tiles) {
      const pinned = tile.key === this.#pinnedKey;
      const camera = tile.stream === 'webcam';
      tile.speaking = camera && speaking.has(tile.user);
      tile.pinned = pinned;
      const { remote } = tile.picture;
      if (remote) {
        const dominant = camera && tile.user === this.#room.dominant?.user;
        remote.priority = priorityOf({ role: tile.placement?.role ?? (large ? 'small' : 'tile'), screen: tile.screen, pinned, dominant });
      }
    }
    const shown = tiles.filter(({ placement }) => placement !== undefined);
    this.#roving.stops = shown.flatMap(({ pin, placement }) => (pin && placement ? [{ element: pin, rect: placement.rect }] : []));
  }

  // One's own small picture can be drawn into another corner.
  #letFloat(tile: Tile): void {
    if (!tile.own || tile.screen) {
      return;
    }
    letDrag(tile.element, {
      rect: () => (tile.placement?.role === 'floating' ? tile.placement.rect : undefined),
      dropped: (rect) => {
        this.#corner = nearestCorner(rect.x + rect.width / 2, rect.y + rect.height / 2, this.#box);
        this.#dropped.set(tile.key, rect);
        this.#change();
      },
    });
  }
}
