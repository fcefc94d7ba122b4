// Who one is and where one wants to go.

import { h, say } from '../dom.ts';

/** What the person has typed. */
export interface Wish {
  user: string;
  room: string;
}

export class JoinForm {
  readonly element: HTMLFormElement;
  readonly #title = h('h1', { id: 'joinTitle' });
  readonly #user: HTMLInputElement;
  readonly #room: HTMLInputElement;
  readonly #error = h('p', { id: 'joinError', class: 'problem', role: 'alert', hidden: true });
  readonly #button = h('button', { id: 'joinBtn', class: 'button primary', type: 'submit' }, 'Join');

  /** `devices` stands between the fields and the button; `join` rejects with an error that is fit to be shown. */
  constructor(devices: HTMLElement, join: (wish: Wish) => Promise<void>) {
    this.#user = field('name', { name: 'nickname', autocomplete: 'nickname', placeholder: 'How others see you' });
    this.#room = field('roomName', { name: 'room', autocomplete: 'off', autocapitalize: 'none' });
    this.element = h(
      'form',
      { id: 'joinForm', class: 'join-form', novalidate: true, autocomplete: 'on' },
      this.#title,
      h('div', { class: 'field' }, h('label', { for: 'name' }, 'Your name'), this.#user),
      h('div', { class: 'field' }, h('label', { for: 'roomName' }, 'Room'), this.#room),
      devices,
      this.#error,
      this.#button,
    );
    this.element.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#submit(join);
    });
  }

  /** Fills it in. `named`: the room is one that somebody was invited to, not one that was made up. */
  open({ user, room }: Wish, named: boolean, problem: string): void {
    this.#user.value = user;
    this.#room.value = room;
    this.#title.textContent = named ? `Join “${room}”` : 'Start a call';
    say(this.#error, problem);
    (user === '' ? this.#user : this.#button).focus();
  }

  async #submit(join: (wish: Wish) => Promise<void>): Promise<void> {
    const wish = { user: this.#user.value.trim(), room: this.#room.value.trim() };
    const empty = wish.user === '' ? this.#user : wish.room === '' ? this.#room : undefined;
    if (empty) {
      say(this.#error, empty === this.#user ? 'Give your name, so that the others know who you are.' : 'Give the room a name.');
      empty.focus();
      return;
    }
    this.#button.disabled = true;
    this.#button.textContent = 'Joining…';
    say(this.#error, '');
    try {
      await join(wish);
    } catch (error) {
      say(this.#error, (error as Error).message);
    } finally {
      this.#button.disabled = false;
      this.#button.textContent = 'Join';
    }
  }
}

function field(id: string, more: Record<string, string>): HTMLInputElement {
  return h('input', { id, class: 'input', required: true, maxlength: 64, spellcheck: 'false', ...more });
}
