// What moderators have above the list of people: the room's lock and lobby, muting all, and closing the room.

import type { Room } from '../../src/index.ts';
import { h } from '../dom.ts';
import { icon, type IconName } from '../icons.ts';
import { confirm } from '../parts/dialog.ts';
import { announce, complain } from '../parts/notices.ts';

export class RoomControls {
  readonly element: HTMLElement;
  readonly #room: Room;
  readonly #lock: HTMLButtonElement;
  readonly #lobby: HTMLButtonElement;

  constructor(room: Room) {
    this.#room = room;
    this.#lock = this.#button('lockRoom', 'lock', 'Lock', 'Nobody else comes in', () => room.moderation.changeRoom({ locked: !room.settings?.locked }));
    this.#lobby = this.#button('useLobby', 'door', 'Lobby', 'Who comes waits to be let in', () => room.moderation.changeRoom({ lobby: !room.settings?.lobby }));
    this.element = h(
      'div',
      { id: 'desk', class: 'desk', role: 'group', 'aria-label': 'For moderators', hidden: true },
      this.#lock,
      this.#lobby,
      this.#button('muteAll', 'microphone-off', 'Mute all', 'Mutes the microphones of all others', () => this.#muteAll()),
      this.#button('closeRoom', 'leave', 'End call', 'Ends the call for everybody', () => this.#end()),
    );
  }

  show(): void {
    this.element.hidden = !this.#room.moderation.allowed;
    this.#lock.ariaPressed = String(this.#room.settings?.locked ?? false);
    this.#lobby.ariaPressed = String(this.#room.settings?.lobby ?? false);
  }

  #button(id: string, name: IconName, label: string, title: string, run: () => Promise<unknown>): HTMLButtonElement {
    return h('button', { id, class: 'tool', type: 'button', title, onclick: () => void run().catch(complain) }, icon(name), label);
  }

  async #muteAll(): Promise<void> {
    const users = await this.#room.moderation.muteAll({ audio: true });
    announce(users.length === 1 ? 'One person was muted' : `${users.length} people were muted`);
  }

  async #end(): Promise<void> {
    if (await confirm('End the call for everybody?', 'All people in the room are sent out, you too.', 'End call')) {
      await this.#room.moderation.closeRoom();
    }
  }
}
