// One's own small picture can be drawn into another corner.

import type { Rect } from './box.ts';

const STARTS = 6; // px: less is a click

/** What the drag is told, and tells. */
export interface FloatHost {
  /** Where the picture floats; undefined when it does not. */
  rect(): Rect | undefined;
  /** It was let go there. */
  dropped(rect: Rect): void;
}

/** Lets a person draw `element` with mouse, pen or finger. */
export function letDrag(element: HTMLElement, host: FloatHost): void {
  let from: { x: number; y: number; rect: Rect; moved: boolean } | undefined;
  element.addEventListener('pointerdown', (event) => {
    const rect = host.rect();
    if (rect && event.button === 0) {
      from = { x: event.clientX, y: event.clientY, rect, moved: false };
      element.setPointerCapture(event.pointerId);
    }
  });
  element.addEventListener('pointermove', (event) => {
    if (from) {
      const [x, y] = [event.clientX - from.x, event.clientY - from.y];
      from.moved ||= Math.hypot(x, y) > STARTS;
      if (from.moved) {
        element.style.translate = `${x}px ${y}px`;
      }
    }
  });
  const end = (event: PointerEvent) => {
    if (from?.moved) {
      const { rect } = from;
      host.dropped({ ...rect, x: rect.x + event.clientX - from.x, y: rect.y + event.clientY - from.y });
    }
    element.style.translate = '';
    from = undefined;
  };
  element.addEventListener('pointerup', end);
  element.addEventListener('pointercancel', end);
}
