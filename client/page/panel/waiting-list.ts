// Who waits to be let in, for moderators.

import type { Room } from '../../src/index.ts';
import { h } from '../dom.ts';
import { complain } from '../parts/notices.ts';

export class WaitingList {
  readonly element: HTMLElement;
  readonly #room: Room;
  readonly #list = h('ul', { id: 'waitingList', class: 'people-list', 'aria-labelledby': 'waitingTitle' });
  readonly #rows = new Map<string, HTMLElement>();

  constructor(room: Room) {
    this.#room = room;
    this.element = h('div', { class: 'waiting-part', hidden: true }, h('h3', { id: 'waitingTitle' }, 'Waiting to be let in'), this.#list);
  }

  show(users: ReadonlySet<string>): void {
    this.element.hidden = users.size === 0;
    for (const user of users) {
      if (!this.#rows.has(user)) {
        const row = this.#row(user);
        this.#rows.set(user, row);
        this.#list.append(row);
      }
    }
    for (const [user, row] of this.#rows) {
      if (!users.has(user)) {
        row.remove();
        this.#rows.delete(user);
      }
    }
  }

  #row(user: string): HTMLElement {
    const reason = h('input', { class: 'input', maxlength: 200, placeholder: 'Reason (if you like)', 'aria-label': `Reason, for ${user} to read` });
    const { moderation } = this.#room;
    const admit = (): void => void moderation.admit(user).catch(complain);
    const deny = (): void => void moderation.deny(user, reason.value.trim() || undefined).catch(complain);
    return h(
      'li',
      { class: 'person knocking', 'data-user': user },
      h('span', { class: 'person-who' }, h('span', { class: 'person-name', dir: 'auto' }, user)),
      h('button', { class: 'button compact primary', type: 'button', 'data-decision': 'admit', 'aria-label': `Let ${user} in`, onclick: admit }, 'Let in'),
      h('button', { class: 'button compact', type: 'button', 'data-decision': 'deny', 'aria-label': `Do not let ${user} in`, onclick: deny }, 'Not now'),
      reason,
    );
  }
}
