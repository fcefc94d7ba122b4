// The banner over the stage: that the connection is lost and what happens about it, and that it is back.

import type { Room } from '../../src/index.ts';
import { h, say } from '../dom.ts';

const LOST = {
  signaling: 'The connection to the server is lost. Trying to come back; you may still see and hear the others.',
  media: 'Sound and pictures are interrupted. Looking for another way to the server…',
};
const BACK = { true: 'The connection is back.', false: 'You are back in the room.' };
const STAYS = 2_500; // ms that good news stay

export class Banner {
  readonly element = h('p', { id: 'banner', class: 'stage-banner', role: 'status', hidden: true });
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stops: (() => void)[];

  constructor(room: Room) {
    this.#stops = [
      room.on('reconnecting', ({ cause }) => this.#show(LOST[cause], true)),
      room.on('reconnected', ({ resumed }) => this.#back(BACK[`${resumed}`])),
      room.on('ended', () => this.#show('', false)),
    ];
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#stops.forEach((stop) => stop());
    this.element.remove();
  }

  #show(text: string, busy: boolean): void {
    clearTimeout(this.#timer);
    this.element.classList.toggle('busy', busy);
    say(this.element, text);
  }

  #back(text: string): void {
    this.#show(text, false);
    this.#timer = setTimeout(() => say(this.element, ''), STAYS);
  }
}
