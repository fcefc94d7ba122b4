// Says who comes and goes, what happens to one's own streams, and who waits.

import type { Room, RoomEvents } from '../../src/index.ts';
import type { Chat } from '../panel/chat.ts';
import { announce } from '../parts/notices.ts';

const FEW = 8; // in larger calls somebody always comes or goes; the chat tells it, no notice does

export class Attendance {
  readonly #room: Room;
  readonly #chat: Chat;
  readonly #waitingChanged: (count: number) => void;
  #waiting = new Set<string>();

  /** `waitingChanged` is told how many wait, 0 to who may not let them in. */
  constructor(room: Room, chat: Chat, waitingChanged: (count: number) => void) {
    this.#room = room;
    this.#chat = chat;
    this.#waitingChanged = waitingChanged;
    room.on('participantJoined', (event) => this.#joined(event));
    room.on('participantLeft', (event) => this.#left(event));
    room.on('waitingChanged', () => this.#wait());
    room.on('stateChanged', () => this.#wait());
    room.on('localStreamEnded', (event) => this.#streamEnded(event));
  }

  #joined({ participant: { user } }: RoomEvents['participantJoined']): void {
    if (this.#room.state === 'connected') {
      this.#tell(`${user} is here`);
    }
  }

  #left({ participant: { user }, reason }: RoomEvents['participantLeft']): void {
    if (this.#room.state === 'connected') {
      this.#tell(`${user} left${reason ? `: ${reason}` : ''}`);
    }
  }

  #tell(text: string): void {
    this.#chat.remark(text);
    if (this.#room.participants.size < FEW) {
      announce(text);
    }
  }

  #wait(): void {
    const waiting = new Set(this.#room.moderation.allowed ? this.#room.waiting : []);
    for (const user of waiting) {
      if (!this.#waiting.has(user)) {
        announce(`${user} waits to be let in`);
      }
    }
    this.#waiting = waiting;
    this.#waitingChanged(waiting.size);
  }

  #streamEnded({ publication: { source }, reason }: RoomEvents['localStreamEnded']): void {
    announce(`Your ${source === 'screen' ? 'screen' : 'camera'} is no longer sent${reason ? `: ${reason}` : ''}`);
  }
}
