// The panel beside the call, a sheet on phones: chat or people, one at a time.

import { h } from '../dom.ts';
import { icon } from '../icons.ts';
import type { Chat } from './chat.ts';
import type { People } from './people.ts';

export type PanelName = 'chat' | 'people';

const TITLES = { chat: 'Chat', people: 'People' };

export class Panel {
  readonly element: HTMLElement;
  readonly #chat: Chat;
  readonly #people: People;
  readonly #title = h('h2', { id: 'panelTitle', tabindex: -1 });
  readonly #changed: (shown: PanelName | undefined) => void;
  #shown: PanelName | undefined;
  #opener: Element | null = null;

  /** `changed` runs when something else is shown, or nothing. */
  constructor(chat: Chat, people: People, changed: (shown: PanelName | undefined) => void) {
    this.#chat = chat;
    this.#people = people;
    this.#changed = changed;
    this.element = h(
      'aside',
      { id: 'panel', class: 'panel', 'aria-labelledby': 'panelTitle', hidden: true },
      h(
        'header',
        { class: 'panel-head' },
        this.#title,
        h('button', { id: 'closePanel', class: 'round small quiet', type: 'button', 'aria-label': 'Close panel', onclick: () => this.close() }, icon('close')),
      ),
      chat.element,
      people.element,
    );
  }

  get shown(): PanelName | undefined {
    return this.#shown;
  }

  toggle(which: PanelName): void {
    if (this.#shown === which) {
      this.close();
      return;
    }
    this.#opener = document.activeElement;
    this.#show(which);
    if (which === 'chat') {
      this.#chat.focus();
    } else {
      this.#people.show();
      this.#title.focus();
    }
  }

  /** Closes, and gives the focus back to where it was. */
  close(): void {
    this.#show(undefined);
    (this.#opener as HTMLElement | null)?.focus();
  }

  /** Closes without moving the focus. */
  reset(): void {
    this.#show(undefined);
  }

  #show(which: PanelName | undefined): void {
    this.#shown = which;
    this.element.hidden = which === undefined;
    this.#chat.element.hidden = which !== 'chat';
    this.#people.element.hidden = which !== 'people';
    this.#title.textContent = which === undefined ? '' : TITLES[which];
    this.#changed(which);
  }
}
