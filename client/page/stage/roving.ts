// The keys on the tiles: one of them is in the tab order, arrows go to the others as they stand on the screen, Enter pins.

import type { Rect } from './box.ts';

/** Something that can have the focus, at a place. */
export interface Stop {
  readonly element: HTMLElement;
  readonly rect: Rect;
}

const DIRECTIONS: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The nearest of `stops` in the direction of an arrow key; undefined when there is none. */
export function nextStop<T extends { readonly rect: Rect }>(from: T, stops: readonly T[], key: string): T | undefined {
  if (key === 'Home' || key === 'End') {
    return stops.at(key === 'Home' ? 0 : -1);
  }
  const direction = DIRECTIONS[key];
  if (!direction) {
    return undefined;
  }
  const [right, down] = direction;
  const ranked = stops.flatMap((stop) => {
    const across = middle(stop.rect.x, stop.rect.width) - middle(from.rect.x, from.rect.width);
    const deep = middle(stop.rect.y, stop.rect.height) - middle(from.rect.y, from.rect.height);
    const ahead = across * right + deep * down;
    const aside = Math.abs(across * down) + Math.abs(deep * right);
    return stop !== from && ahead > 1 && aside < 3 * ahead ? [{ stop, cost: ahead + 2 * aside }] : [];
  });
  return ranked.sort((a, b) => a.cost - b.cost)[0]?.stop;
}

const middle = (start: number, length: number): number => start + length / 2;

/** Keeps exactly one of the stops in the tab order: the one that has the focus, else the first. */
export class Roving {
  #stops: readonly Stop[] = [];

  constructor(list: HTMLElement) {
    list.addEventListener('keydown', (event) => this.#onKey(event));
    list.addEventListener('focusin', () => this.#settle());
  }

  /** The stops that are on the screen, in reading order. */
  set stops(stops: readonly Stop[]) {
    this.#stops = stops;
    this.#settle();
  }

  #settle(): void {
    const focused = this.#stops.find(({ element }) => element === document.activeElement) ?? this.#stops[0];
    for (const stop of this.#stops) {
      stop.element.tabIndex = stop === focused ? 0 : -1;
    }
  }

  #onKey(event: KeyboardEvent): void {
    const from = this.#stops.find(({ element }) => element === event.target);
    const to = from && nextStop(from, this.#stops, event.key);
    if (to) {
      event.preventDefault();
      to.element.focus();
    }
  }
}
