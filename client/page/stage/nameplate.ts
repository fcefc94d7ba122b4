// The name on a tile, and the signs beside it.

import { h, spoken } from '../dom.ts';
import { icon } from '../icons.ts';
import { QualityMark } from './quality-mark.ts';

/** What a nameplate tells of its person. */
export interface Signs {
  /** Their own microphone is off, or a moderator muted it. */
  readonly silent: 'no' | 'off' | 'muted';
  readonly moderates: boolean;
}

const SILENT = { no: '', off: 'microphone off', muted: 'muted by a moderator' };

export class Nameplate {
  readonly mark: QualityMark;
  readonly element: HTMLElement;
  readonly #words = spoken('');
  readonly #silent = h('span', { class: 'tile-badge muted', hidden: true }, icon('microphone-off'), this.#words);
  readonly #star = h('span', { class: 'tile-badge star', title: 'Moderator', hidden: true }, icon('star'), spoken('moderator'));

  /** `own`: it is one's own, on which one's own connection is told. */
  constructor(label: string, own: boolean) {
    this.mark = new QualityMark(own);
    const name = h('span', { class: 'tile-label', title: label }, label);
    this.element = h('span', { class: 'tile-name' }, this.#silent, name, this.#star, this.mark.element);
  }

  set signs({ silent, moderates }: Signs) {
    this.#silent.hidden = silent === 'no';
    this.#silent.classList.toggle('moderated', silent === 'muted');
    this.#silent.title = this.#words.textContent = SILENT[silent];
    this.#star.hidden = !moderates;
  }
}

/** The sign of a raised hand, which stands apart so that it is seen from afar. */
export function handSign(): HTMLElement {
  return h('span', { class: 'tile-badge hand', hidden: true }, icon('hand'), spoken('hand raised'));
}

/** The button that pins a tile. */
export function pinButton(label: string): HTMLButtonElement {
  return h('button', {
    class: 'tile-pin',
    type: 'button',
    'aria-pressed': 'false',
    'aria-label': `Pin ${label}`,
    title: `Pin ${label}`,
    tabindex: -1,
  }, icon('pin'));
}

/** Shows on the button whether it is pinned. */
export function pressPin(button: HTMLButtonElement, pinned: boolean): void {
  button.ariaPressed = String(pinned);
}
