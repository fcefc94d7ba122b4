// Above the call: where one is, with how many, since when, and the link for others.

import type { Room } from '../../src/index.ts';
import { h, spoken } from '../dom.ts';
import { icon } from '../icons.ts';
import { elapsed } from './elapsed.ts';

export class Topbar {
  readonly element: HTMLElement;
  readonly #room: Room;
  readonly #title = h('h1', { id: 'roomTitle', tabindex: -1, dir: 'auto' });
  readonly #count = h('span', { id: 'headCount', class: 'head-count', 'aria-live': 'polite' });
  readonly #locked = h('span', { class: 'locked', title: 'Nobody else comes in', hidden: true }, icon('lock'), spoken('locked'));
  readonly #clock = h('span', { class: 'clock', role: 'timer', 'aria-label': 'Time in this call' });
  #since = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(room: Room, copyLink: () => void) {
    this.#room = room;
    this.element = h(
      'header',
      { class: 'topbar' },
      this.#title,
      this.#locked,
      this.#count,
      this.#clock,
      h('button', { id: 'copyLink', class: 'button compact quiet', type: 'button', onclick: copyLink }, icon('link'), h('span', {}, 'Copy link')),
    );
    for (const event of ['participantJoined', 'participantLeft', 'settingsChanged', 'stateChanged'] as const) {
      room.on(event, () => this.#show());
    }
  }

  open(): void {
    this.#title.textContent = this.#room.name;
    this.#since = performance.now();
    this.#timer = setInterval(() => this.#tick(), 1000);
    this.#tick();
    this.#show();
    this.#title.focus({ preventScroll: true }); // so that a screen reader says where one is now
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    this.#clock.textContent = elapsed(performance.now() - this.#since);
  }

  #show(): void {
    const people = this.#room.participants.size + 1;
    const text = people === 1 ? 'Only you' : `${people} people`;
    if (this.#count.textContent !== text) {
      this.#count.textContent = text;
    }
    this.#locked.hidden = !this.#room.settings?.locked;
  }
}
