// A button that opens a list of things to do, as the ARIA practices describe menus: arrows move, Escape closes and gives
// the focus back.

import { h } from '../dom.ts';
import { icon, type IconName } from '../icons.ts';

/** One thing to do. */
export interface MenuItem {
  id?: string;
  label: string;
  icon: IconName;
  /** The key that does the same. */
  key?: string;
  /** Of several choices, whether this one is chosen; undefined: it is no choice. */
  chosen?: boolean | undefined;
  run: () => void;
}

export class Menu {
  /** Holds the button and, while open, the list. */
  readonly element: HTMLElement;
  readonly #button: HTMLButtonElement;
  readonly #items: () => readonly MenuItem[];
  #list: HTMLElement | undefined;

  /** `items` is asked each time the menu opens. */
  constructor(button: HTMLButtonElement, items: () => readonly MenuItem[]) {
    this.#button = button;
    this.#items = items;
    this.element = h('div', { class: 'menu-holder' }, button);
    button.ariaHasPopup = 'menu';
    button.ariaExpanded = 'false';
    button.addEventListener('click', () => (this.#list ? this.close() : this.open()));
    this.element.addEventListener('keydown', (event) => this.#key(event));
    this.element.addEventListener('focusout', ({ relatedTarget }) => {
      if (relatedTarget instanceof Node && !this.element.contains(relatedTarget)) {
        this.#remove();
      }
    });
  }

  open(): void {
    this.#remove();
    this.#list = h('div', { class: 'menu', role: 'menu', 'aria-label': this.#button.ariaLabel }, ...this.#items().map((item) => this.#row(item)));
    this.element.append(this.#list);
    this.#button.ariaExpanded = 'true';
    document.addEventListener('pointerdown', this.#outside);
    this.#rows()[0]?.focus();
  }

  /** Closes and gives the focus back. */
  close(): void {
    this.#remove();
    this.#button.focus();
  }

  #remove(): void {
    this.#list?.remove();
    this.#list = undefined;
    this.#button.ariaExpanded = 'false';
    document.removeEventListener('pointerdown', this.#outside);
  }

  readonly #outside = ({ target }: Event): void => {
    if (!this.element.contains(target as Node)) {
      this.#remove();
    }
  };

  #row({ id, label, icon: name, key, chosen, run }: MenuItem): HTMLElement {
    const role = chosen === undefined ? 'menuitem' : 'menuitemradio';
    const check = chosen === undefined ? null : String(chosen);
    const onclick = (): void => {
      this.close();
      run();
    };
    return h(
      'button',
      { id, class: 'menu-item', type: 'button', role, tabindex: -1, 'aria-checked': check, onclick },
      icon(name),
      h('span', { class: 'menu-label' }, label),
      chosen === true && icon('check'),
      key && h('kbd', { 'aria-hidden': 'true' }, key),
    );
  }

  #rows(): HTMLElement[] {
    return [...(this.#list?.querySelectorAll<HTMLElement>('[role^=menuitem]') ?? [])];
  }

  #key(event: KeyboardEvent): void {
    const rows = this.#rows();
    if (rows.length === 0) {
      return;
    }
    const at = rows.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 + rows.length, Home: 0, End: rows.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      rows[to % rows.length]?.focus();
    } else if (event.key === 'Escape') {
      event.stopPropagation();
      this.close();
    }
  }
}
