// What stands there when a call is over, or while the page comes back after a reload.

import { h, say } from './dom.ts';
import type { Farewell } from './sentences.ts';

export class EndView {
  readonly element: HTMLElement;
  readonly #title = h('h1', { id: 'endTitle', tabindex: -1 });
  readonly #text = h('p', { id: 'endText', class: 'soft', dir: 'auto' });
  readonly #rejoin: HTMLButtonElement;
  readonly #lobby: HTMLButtonElement;

  constructor(duties: { rejoin: () => void; lobby: () => void }) {
    this.#rejoin = h('button', { id: 'rejoin', class: 'button primary', type: 'button', onclick: duties.rejoin }, 'Join again');
    this.#lobby = h('button', { id: 'toLobby', class: 'button', type: 'button', onclick: duties.lobby }, 'To the entrance');
    this.element = h(
      'main',
      { id: 'ended', class: 'ended', hidden: true },
      h('img', { src: './icon.svg', alt: '', width: 48, height: 48 }),
      this.#title,
      this.#text,
      h('div', { class: 'ended-buttons' }, this.#rejoin, this.#lobby),
    );
  }

  open({ title, text, rejoin }: Farewell): void {
    this.#show(title, text);
    this.#rejoin.hidden = !rejoin;
    this.#lobby.hidden = false;
    (rejoin ? this.#rejoin : this.#lobby).focus();
  }

  /** Says that one is on the way back into `room`. */
  openReturning(room: string): void {
    this.#show(`Back to “${room}”…`, '');
    this.#rejoin.hidden = this.#lobby.hidden = true;
  }

  close(): void {
    this.element.hidden = true;
  }

  #show(title: string, text: string): void {
    this.element.hidden = false;
    this.#title.textContent = title;
    say(this.#text, text);
    this.#title.focus();
  }
}
