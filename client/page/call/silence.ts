// Being muted by a moderator, and being asked to speak again. Nothing switches on a microphone but the person.

import type { Room } from '../../src/index.ts';
import { h } from '../dom.ts';
import type { Own, OwnMedia } from '../own-media.ts';
import { announce } from '../parts/notices.ts';
import { SILENCED } from '../sentences.ts';

const KIND = { microphone: 'audio', camera: 'video' } as const;

/** What was muted by a moderator is heard again if one was asked for it, or if it was muted at the entry only. */
export async function lift(room: Room, own: OwnMedia, which: Own): Promise<void> {
  try {
    await room.local.unmute({ [KIND[which]]: true });
    await own.toggle(which, true);
  } catch {
    announce(SILENCED);
  }
}

/** The question of a moderator whether one would like to be heard or seen. */
export class UnmuteQuestion {
  readonly element: HTMLElement;
  readonly #room: Room;
  readonly #own: OwnMedia;
  readonly #text = h('p', { id: 'askedText' });
  readonly #yes: HTMLButtonElement;
  #asked: Own[] = [];

  constructor(room: Room, own: OwnMedia) {
    this.#room = room;
    this.#own = own;
    this.#yes = h('button', { id: 'unmuteNow', class: 'button compact primary', type: 'button', onclick: () => this.#accept() }, 'Turn on');
    this.element = h(
      'section',
      { id: 'asked', class: 'question', role: 'alertdialog', 'aria-labelledby': 'askedText', hidden: true },
      this.#text,
      this.#yes,
      h('button', { id: 'unmuteLater', class: 'button compact', type: 'button', onclick: () => this.close() }, 'Not now'),
    );
    room.on('unmuteRequested', ({ by, stream, audio, video }) => stream === 'webcam' && this.#ask(by, audio, video));
  }

  close(): void {
    this.element.hidden = true;
  }

  #ask(by: string | undefined, audio: boolean, video: boolean): void {
    this.#asked = (['microphone', 'camera'] as const).filter((which) => (which === 'camera' ? video : audio));
    this.#text.textContent = `${by || 'A moderator'} asks you to turn on your ${this.#asked.join(' and ')}.`;
    this.element.hidden = false;
    this.#yes.focus();
  }

  #accept(): void {
    this.close();
    for (const which of this.#asked) {
      void (this.#own.silenced(which) ? lift(this.#room, this.#own, which) : this.#own.toggle(which, true));
    }
  }
}
