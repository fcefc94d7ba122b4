// The mark of a bad connection: bars, and the cause in words.

import type { ConnectionQuality } from '../../src/index.ts';
import { h, say } from '../dom.ts';

const SVG = 'http://www.w3.org/2000/svg';
const BARS = [
  { x: 0, height: 4 },
  { x: 5, height: 8 },
  { x: 10, height: 12 },
];

// Beside the name, where who is meant need not be said. One's own connection is told on one's own tile only.
const CAUSES = {
  downlink: '',
  uplink: 'Weak connection',
  'publisher layer': 'Sends a smaller picture',
  overload: 'The server is busy',
};
const LINGERS = 6_000; // ms that it stays when all seems well again, so that it does not flicker

/** Shown only while something is wrong: nobody has to read that all is well. */
export class QualityMark {
  readonly element = h('span', { class: 'tile-quality', role: 'img', hidden: true }, bars());
  readonly #words = h('span', { class: 'tile-quality-text', 'aria-hidden': 'true' });
  readonly #own: boolean;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(own: boolean) {
    this.#own = own;
    this.element.append(this.#words);
  }

  /** Takes what the SDK says. */
  set quality({ level, cause, text }: ConnectionQuality) {
    const wrong = level === 'poor' || level === 'lost';
    clearTimeout(this.#timer);
    if (!wrong) {
      this.#timer = setTimeout(() => (this.element.hidden = true), LINGERS);
      return;
    }
    this.element.hidden = false;
    this.element.dataset['bars'] = level === 'lost' ? '1' : '2';
    this.element.title = this.element.ariaLabel = text || 'The connection is weak.';
    say(this.#words, this.#own ? 'Your connection is weak' : cause ? CAUSES[cause] : '');
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }
}

function bars(): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 14 12');
  svg.setAttribute('aria-hidden', 'true');
  for (const { x, height } of BARS) {
    const bar = document.createElementNS(SVG, 'rect');
    for (const [name, value] of Object.entries({ x, y: 12 - height, width: 4, height, rx: 1 })) {
      bar.setAttribute(name, String(value));
    }
    svg.append(bar);
  }
  return svg;
}
