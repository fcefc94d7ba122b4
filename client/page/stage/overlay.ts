// Statistics for the curious, over each tile and for the connection. Nothing is measured while they are not shown.

import type { LocalPublication, RemotePublication, Room, RoomStatistics } from '../../src/index.ts';
import { h } from '../dom.ts';
import { receivedLines, sentLines, totalLines } from './figures.ts';
import type { Tile } from './tile.ts';

const INTERVAL = 1_000; // ms

export class Overlay {
  readonly element = h('p', { class: 'stage-figures', hidden: true });
  readonly #room: Room;
  readonly #tileOf: (publication: RemotePublication | LocalPublication) => Tile | undefined;
  readonly #figures = new Map<Tile, HTMLElement>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #busy = false;

  constructor(room: Room, tileOf: (publication: RemotePublication | LocalPublication) => Tile | undefined) {
    [this.#room, this.#tileOf] = [room, tileOf];
  }

  get shown(): boolean {
    return this.#timer !== undefined;
  }

  toggle(): void {
    if (this.shown) {
      this.#hide();
    } else {
      this.#timer = setInterval(() => void this.#measure(), INTERVAL);
      void this.#measure();
    }
  }

  dispose(): void {
    this.#hide();
    this.element.remove();
  }

  #hide(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.element.hidden = true;
    this.#figures.forEach((element) => element.remove());
    this.#figures.clear();
  }

  async #measure(): Promise<void> {
    if (this.#busy) {
      return;
    }
    this.#busy = true;
    const statistics = await this.#room.statistics().catch(() => undefined);
    this.#busy = false;
    if (statistics && this.shown) {
      this.#write(statistics);
    }
  }

  #write(statistics: RoomStatistics): void {
    const lines = new Map<Tile, string[]>();
    for (const [publication, received] of statistics.received) {
      const tile = this.#tileOf(publication);
      tile && lines.set(tile, receivedLines(received));
    }
    for (const [publication, sent] of statistics.sent) {
      const tile = this.#tileOf(publication);
      tile && lines.set(tile, sentLines(sent));
    }
    for (const [tile, element] of this.#figures) {
      if (!lines.has(tile)) {
        element.remove();
        this.#figures.delete(tile);
      }
    }
    lines.forEach((text, tile) => (this.#of(tile).textContent = text.join('\n')));
    this.element.textContent = totalLines(statistics).join('\n');
    this.element.hidden = false;
  }

  #of(tile: Tile): HTMLElement {
    let element = this.#figures.get(tile);
    if (!element) {
      element = h('p', { class: 'tile-figures', 'aria-hidden': 'true' });
      this.#figures.set(tile, element);
      tile.element.append(element);
    }
    return element;
  }
}
