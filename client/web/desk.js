// What moderators have beside the list of people: the room's lock and lobby, muting all, and who waits to be let in.

import { byId, template, toast } from './dom.js';

export class Desk {
  #act;
  #ways = {};
  #rows = new Map(); // user -> li

  /** `act(action)` runs `action(moderation)`, and tells when that fails. */
  constructor(act) {
    this.#act = act;
    byId('lockRoom').addEventListener('click', () => act((moderation) => moderation.change({ locked: !this.#ways.locked })));
    byId('useLobby').addEventListener('click', () => act((moderation) => moderation.change({ lobby: !this.#ways.lobby })));
    byId('muteAll').addEventListener('click', () =>
      act(async (moderation) => {
        const { users } = await moderation.muteAll();
        toast(users.length === 1 ? 'One person was muted' : `${users.length} people were muted`);
      }),
    );
  }

  /** Shows how `room` is run and who waits; nothing to who may not moderate. */
  show({ ways, waiting, attendance }) {
    const moderates = ways !== null && attendance.me.may('moderate');
    this.#ways = ways ?? {};
    byId('desk').hidden = !moderates;
    byId('lockRoom').ariaPressed = String(this.#ways.locked);
    byId('useLobby').ariaPressed = String(this.#ways.lobby);
    const users = moderates ? [...waiting] : [];
    byId('waitingPart').hidden = users.length === 0;
    byId('waitingCount').hidden = users.length === 0;
    byId('waitingCount').textContent = users.length;
    byId('waitingCount').ariaLabel = `${users.length} waiting`;
    users.filter((user) => !this.#rows.has(user)).forEach((user) => this.#add(user));
    for (const [user, row] of this.#rows) {
      if (!users.includes(user)) {
        row.remove();
        this.#rows.delete(user);
      }
    }
  }

  #add(user) {
    const row = template('waitingRow');
    const [reason, admit, deny] = row.querySelectorAll('input, button');
    row.dataset.user = user;
    row.querySelector('.person-name').textContent = user;
    admit.ariaLabel = `Let ${user} in`;
    deny.ariaLabel = `Do not let ${user} in`;
    reason.ariaLabel = `Reason, for ${user} to read`;
    admit.addEventListener('click', () => this.#act((moderation) => moderation.admit(user)));
    deny.addEventListener('click', () => this.#act((moderation) => moderation.deny(user, reason.value.trim())));
    this.#rows.set(user, row);
    byId('waitingList').append(row);
    toast(`${user} waits to be let in`);
  }
}
