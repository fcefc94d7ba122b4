// The chat. What anybody typed is put on the page as text; only addresses of web pages can be clicked.

import type { ChatMessage, Room } from '../../src/index.ts';
import { h } from '../dom.ts';
import { icon } from '../icons.ts';
import { complain } from '../parts/notices.ts';
import { Conversation } from './conversation.ts';
import { findLinks } from './links.ts';

const NEAR_THE_END = 64; // px; further up, somebody is reading and is not pulled down
const MOST = 500; // messages that stay on the page

export class Chat {
  readonly element: HTMLElement;
  readonly #room: Room;
  readonly #list = h('ol', { id: 'messages', class: 'messages', role: 'log', 'aria-live': 'polite', 'aria-label': 'Messages', tabindex: 0 });
  readonly #input = h('textarea', { id: 'chatText', class: 'input', maxlength: 4000, rows: 1, placeholder: 'Message to everybody', 'aria-label': 'Message to everybody' });
  #conversation = new Conversation();
  #early: ChatMessage[] | undefined; // until it is known what was said before

  constructor(room: Room) {
    this.#room = room;
    const form = h(
      'form',
      { id: 'chatForm', class: 'chat-form' },
      this.#input,
      h('button', { class: 'round small accent', type: 'submit', 'aria-label': 'Send', title: 'Send' }, icon('send')),
    );
    this.element = h('section', { id: 'chat', class: 'chat', 'aria-label': 'Chat' }, this.#list, form);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#send();
    });
    this.#input.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        void this.#send();
      }
    });
    this.#input.addEventListener('input', () => this.#grow());
    room.on('chat', ({ message }) => (this.#early ? this.#early.push(message) : this.#add(message)));
  }

  /** Begins with what was said before in the room that one has just joined. */
  async open(): Promise<void> {
    this.#list.replaceChildren();
    this.#conversation = new Conversation();
    await this.catchUp();
  }

  /** Brings what was said while nobody listened here. */
  async catchUp(): Promise<void> {
    this.#early = [];
    const history = await this.#room.chatHistory().catch(() => []);
    const early = this.#early;
    this.#early = undefined;
    const missed = this.#conversation.missed(history);
    (missed.length > 0 ? missed : early).forEach((message) => this.#add(message));
  }

  /** A remark of the page itself: who came and went. */
  remark(text: string): void {
    this.#conversation.interrupt();
    this.#append(h('li', { class: 'remark' }, text));
  }

  focus(): void {
    this.#input.focus();
    this.#list.scrollTop = this.#list.scrollHeight;
  }

  async #send(): Promise<void> {
    const text = this.#input.value.trim();
    if (text === '') {
      return;
    }
    this.#input.value = '';
    this.#grow();
    try {
      await this.#room.sendChat(text);
    } catch (error) {
      this.#input.value ||= text; // to be sent again
      this.#grow();
      complain(error);
    }
  }

  #add(message: ChatMessage): void {
    const own = message.user === this.#room.local.user;
    const head = this.#conversation.add(message);
    this.#append(h('li', { class: `message${own ? ' own' : ''}${head ? ' first' : ''}` }, head && authorAndTime(message, own), body(message.text)));
  }

  #append(item: HTMLElement): void {
    const list = this.#list;
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_THE_END;
    list.append(item);
    if (list.children.length > MOST) {
      list.firstElementChild?.remove();
    }
    if (atEnd) {
      list.scrollTop = list.scrollHeight;
    }
  }

  #grow(): void {
    this.#input.style.height = 'auto';
    this.#input.style.height = `${this.#input.scrollHeight + 2}px`;
  }
}

function authorAndTime({ user, time }: ChatMessage, own: boolean): HTMLElement {
  const at = new Date(time);
  const clock = at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  return h('p', { class: 'message-head' }, own ? 'You' : user || 'To everybody', h('time', { datetime: at.toISOString() }, clock));
}

function body(text: string): HTMLElement {
  const pieces = findLinks(text).map((piece) =>
    piece.url === undefined ? piece.text : h('a', { href: piece.url, target: '_blank', rel: 'noopener noreferrer nofollow' }, piece.text),
  );
  return h('p', { class: 'message-text', dir: 'auto' }, ...pieces);
}
