// Moves tiles from where they were to where they are: first, last, invert, play. Only transform and opacity are animated, so
// nothing is laid out meanwhile, and what a tile asks of the server does not follow its way.

import type { Rect } from './box.ts';

const MOVE: KeyframeAnimationOptions = { duration: 320, easing: 'cubic-bezier(0.2, 0.8, 0.2, 1)' };
const APPEAR: KeyframeAnimationOptions = { duration: 220, easing: 'ease-out' };

const still = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** Where a tile seems to be: on its way, if it is on one. `origin` is the box of the list, read once by the caller. */
export function seemingRect(element: HTMLElement, rect: Rect, origin: () => DOMRect): Rect {
  if (element.getAnimations().length === 0) {
    return rect;
  }
  const { x, y, width, height } = element.getBoundingClientRect();
  const { x: left, y: top } = origin();
  return { x: x - left, y: y - top, width, height };
}

/** Lets a tile that already is at `to` seem to come from `from`. */
export function move(element: HTMLElement, from: Rect, to: Rect): void {
  if (still() || (from.x === to.x && from.y === to.y && from.width === to.width && from.height === to.height)) {
    return;
  }
  element.getAnimations().forEach((animation) => animation.cancel());
  const scale = `${from.width / to.width}, ${from.height / to.height}`;
  const start = `translate(${from.x - to.x}px, ${from.y - to.y}px) scale(${scale})`;
  element.animate([{ transform: start }, { transform: 'none' }], MOVE);
}

/** Lets a tile appear. */
export function appear(element: HTMLElement): void {
  if (!still()) {
    element.animate([{ opacity: 0, transform: 'scale(0.94)' }, { opacity: 1, transform: 'none' }], APPEAR);
  }
}
