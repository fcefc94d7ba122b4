// The list of the people in the call.

import type { Participant, Room } from '../../src/index.ts';
import { h } from '../dom.ts';
import { complain } from '../parts/notices.ts';
import { ACTIONS, type ActionName } from './actions.ts';
import { RoomControls } from './room-controls.ts';
import { inOrder } from './order.ts';
import { PersonRow } from './person-row.ts';
import { WaitingList } from './waiting-list.ts';

export class People {
  readonly element: HTMLElement;
  readonly #room: Room;
  readonly #controls: RoomControls;
  readonly #waiting: WaitingList;
  readonly #list = h('ul', { id: 'peopleList', class: 'people-list', 'aria-label': 'In the call' });
  readonly #rows = new Map<string, PersonRow>();

  constructor(room: Room) {
    this.#room = room;
    this.#controls = new RoomControls(room);
    this.#waiting = new WaitingList(room);
    this.element = h('section', { id: 'people', class: 'people', 'aria-label': 'People', hidden: true }, this.#controls.element, this.#waiting.element, this.#list);
    const show = (): void => this.show();
    for (const event of ['participantJoined', 'participantLeft', 'participantChanged', 'streamPublished', 'streamUnpublished', 'settingsChanged', 'waitingChanged', 'speakersChanged', 'reconnected'] as const) {
      room.on(event, show);
    }
  }

  /** Shows who is there; costs nothing while the list is closed. */
  show(): void {
    if (this.element.hidden) {
      return;
    }
    const people: Participant[] = inOrder([this.#room.local, ...this.#room.participants.values()]);
    const moderating = this.#room.moderation.allowed;
    this.#controls.show();
    this.#waiting.show(moderating ? this.#room.waiting : new Set());
    const hands = people.filter(({ handRaisedAt }) => handRaisedAt !== undefined).sort((a, b) => (a.handRaisedAt ?? 0) - (b.handRaisedAt ?? 0));
    people.forEach((person, i) => {
      const row = this.#row(person);
      row.show(person, moderating, hands.indexOf(person) + 1);
      if (this.#list.children[i] !== row.element) {
        this.#list.insertBefore(row.element, this.#list.children[i] ?? null);
      }
    });
    this.#forget(new Set(people.map(({ user }) => user)));
  }

  #row({ user }: Participant): PersonRow {
    const row = this.#rows.get(user) ?? new PersonRow(user, (...order) => void this.#act(...order));
    this.#rows.set(user, row);
    return row;
  }

  #forget(present: ReadonlySet<string>): void {
    for (const [user, row] of this.#rows) {
      if (!present.has(user)) {
        row.element.remove();
        this.#rows.delete(user);
      }
    }
  }

  async #act(name: ActionName, user: string, reason: string): Promise<void> {
    const person = this.#room.participants.get(user);
    const action = ACTIONS.find((each) => each.name === name);
    try {
      await (person && action?.run(this.#room.moderation, person, reason));
    } catch (error) {
      complain(error);
    }
  }
}
