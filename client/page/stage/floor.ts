// Who has the floor, as it moves the tiles: the featured speaker of the speaker layout, and who comes onto the first page.

import type { Room } from '../../src/index.ts';
import { Featured } from './featured.ts';
import type { Scene } from './scene.ts';
import type { Seats } from './seats.ts';
import { keyOf, type Tile } from './tile.ts';

export class Floor {
  readonly #featured = new Featured();
  readonly #room: Room;
  readonly #seats: Seats;
  readonly #changed: () => void;
  readonly #stop: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `changed()` is called when the scene may be another one. */
  constructor(room: Room, seats: Seats, changed: () => void) {
    [this.#room, this.#seats, this.#changed] = [room, seats, changed];
    this.#stop = room.on('speakersChanged', () => this.#heard());
    this.#heard();
  }

  /** The user who is large in the speaker layout. */
  get featured(): string | undefined {
    return this.#featured.current;
  }

  /** The users who speak. */
  get speaking(): ReadonlySet<string> {
    return new Set(this.#room.speakers.map(({ user }) => user));
  }

  /** Somebody left. */
  remove(user: string): void {
    this.#featured.remove(user);
  }

  /** Gives those who speak a seat on the first page, while that is what one looks at. Answers whether anybody moved. */
  bringForward({ pages, page, places, large }: Scene, tiles: readonly Tile[]): boolean {
    if (pages < 2 || page > 0) {
      return false;
    }
    const speaking = new Set([...this.speaking].map((user) => keyOf(user, 'webcam')));
    const staying = new Set(tiles.filter((tile) => tile.own || tile.screen).map(({ key }) => key));
    const visible = [...places.keys()];
    const mayGo = (key: string): boolean => key !== large && !speaking.has(key) && !staying.has(key);
    let moved = false;
    for (const key of speaking) {
      moved = this.#seats.bringForward(key, visible, mayGo) || moved;
    }
    return moved;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#stop();
  }

  #heard(): void {
    const { dominant, local, speakers } = this.#room;
    for (const { user } of speakers) {
      this.#seats.heard(keyOf(user, 'webcam'), performance.now());
    }
    this.#wait(this.#featured.heard(dominant?.user, local.user, performance.now()));
    this.#changed();
  }

  #wait(due: number | undefined): void {
    clearTimeout(this.#timer);
    if (due !== undefined) {
      this.#timer = setTimeout(() => {
        this.#wait(this.#featured.advance(performance.now()));
        this.#changed();
      }, due);
    }
  }
}
