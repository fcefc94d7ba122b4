// The buttons that turn pages of tiles, and a swipe that does the same.

import { h } from '../dom.ts';
import { icon } from '../icons.ts';

const SWIPE = 60; // px sideways

export class Pager {
  readonly element: HTMLElement;
  readonly #place = h('span', { class: 'pager-place', role: 'status' });
  readonly #back: HTMLButtonElement;
  readonly #on: HTMLButtonElement;

  /** `turn(1)` is called for the next page, `turn(-1)` for the one before. */
  constructor(turn: (by: 1 | -1) => void) {
    const button = (by: 1 | -1, label: string) =>
      h('button', { class: `pager-button ${by < 0 ? 'back' : 'on'}`, type: 'button', 'aria-label': label, title: label, onclick: () => turn(by) }, icon('chevron'));
    this.#back = button(-1, 'Previous people');
    this.#on = button(1, 'More people');
    this.element = h('div', { class: 'pager', role: 'group', 'aria-label': 'Pages of people', hidden: true }, this.#back, this.#place, this.#on);
  }

  /** Shows where one is; `middle` is how far from the left of the tiles' box the buttons stand. */
  show({ page, pages, middle }: { page: number; pages: number; middle: number }): void {
    this.element.hidden = pages < 2;
    this.element.style.setProperty('--middle', `${middle}px`);
    const text = `${page + 1} / ${pages}`;
    if (this.#place.textContent !== text) {
      this.#place.textContent = text;
      this.#place.ariaLabel = `Page ${page + 1} of ${pages}`;
    }
    this.#back.disabled = page === 0;
    this.#on.disabled = page === pages - 1;
  }
}

/** Calls `turn` when a finger moves sideways over the element. */
export function onSwipe(element: HTMLElement, turn: (by: 1 | -1) => void): void {
  let start: { x: number; y: number } | undefined;
  element.addEventListener('touchstart', ({ touches: [touch, second] }) => {
    start = touch && !second ? { x: touch.clientX, y: touch.clientY } : undefined;
  }, { passive: true });
  element.addEventListener('touchend', ({ changedTouches: [touch] }) => {
    if (start && touch) {
      const [across, down] = [touch.clientX - start.x, touch.clientY - start.y];
      if (Math.abs(across) > SWIPE && Math.abs(across) > 2 * Math.abs(down)) {
        turn(across < 0 ? 1 : -1);
      }
    }
    start = undefined;
  }, { passive: true });
}
