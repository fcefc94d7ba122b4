// Moves tiles from where they were to where they are: first, last, invert, play. Only transform and opacity are animated, so
// nothing is laid out meanwhile, and what a tile asks of the server does not follow its way.

import type { Rect } from './box.ts';

const MOVE: KeyframeAnimationOptions = { duration: 320, easing: 'cubic-bezier(0.2, 0.8, 0.2, 1)' };
const APPEAR: KeyframeAnimationOptions = { duration: 220, easing: 'ease-out' };

/** The moves of one stage. It keeps its own book of them: to ask the browser would cost it a pass over the styles each time. */
export class Motion {
  #running = new WeakMap<HTMLElement, Animation>();
  #reduced = matchMedia('(prefers-reduced-motion: reduce)');
  #still = false;

  /** Before a change: notes whether the person wants no motion. To be called before anything is written. */
  begin(): void {
    this.#still = this.#reduced.matches;
  }

  /** Where a tile that stands at `rect` seems to be: on its way, if it is on one. `origin` answers the box of the list. */
  seemingRect(element: HTMLElement, rect: Rect, origin: () => DOMRect): Rect {
    if (this.#running.get(element)?.playState !== 'running') {
      return rect;
    }
    const { x, y, width, height } = element.getBoundingClientRect();
    const { x: left, y: top } = origin();
    return { x: x - left, y: y - top, width, height };
  }

  /** Lets a tile that already is at `to` seem to come from `from`. */
  move(element: HTMLElement, from: Rect, to: Rect): void {
    if (from.x === to.x && from.y === to.y && from.width === to.width && from.height === to.height) {
      return;
    }
    const scale = `${from.width / to.width}, ${from.height / to.height}`;
    const start = `translate(${from.x - to.x}px, ${from.y - to.y}px) scale(${scale})`;
    this.#animate(element, [{ transform: start }, { transform: 'none' }], MOVE);
  }

  /** Lets a tile appear. */
  appear(element: HTMLElement): void {
    this.#animate(element, [{ opacity: 0, transform: 'scale(0.94)' }, { opacity: 1, transform: 'none' }], APPEAR);
  }

  #animate(element: HTMLElement, keyframes: Keyframe[], options: KeyframeAnimationOptions): void {
    if (!this.#still) {
      this.#running.get(element)?.cancel();
      this.#running.set(element, element.animate(keyframes, options));
    }
  }
}
