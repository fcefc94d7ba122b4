// What somebody sees who waits to be let in.

import { h } from '../dom.ts';

export class Waiting {
  readonly element: HTMLElement;
  readonly #title = h('h1', { id: 'holdingTitle', tabindex: -1 });
  #giveUp: (() => void) | undefined;

  constructor() {
    this.element = h(
      'section',
      { id: 'holding', class: 'waiting', 'aria-labelledby': 'holdingTitle', hidden: true },
      h('div', { class: 'waiting-mark', 'aria-hidden': 'true' }, h('i'), h('i'), h('i')),
      this.#title,
      h('p', { id: 'holdingText', class: 'soft', role: 'status' }, 'A moderator has to let you in. You join as soon as that happens.'),
      h('button', { id: 'giveUp', class: 'button', type: 'button', onclick: () => this.#giveUp?.() }, 'Stop waiting'),
    );
  }

  open(room: string, giveUp: () => void): void {
    this.#giveUp = giveUp;
    this.#title.textContent = `Waiting to be let into “${room}”`;
    this.element.hidden = false;
    this.#title.focus();
  }

  close(): void {
    this.element.hidden = true;
  }
}
