// The side panel: chat or people, one at a time, and the count of messages nobody has looked at.

import { byId } from './dom.js';

export class Panel {
  #shown = null; // 'chat', 'people' or null
  #unread = 0;
  #chat;

  constructor(chat) {
    this.#chat = chat;
    byId('showChat').addEventListener('click', () => this.toggle('chat'));
    byId('showPeople').addEventListener('click', () => this.toggle('people'));
    byId('closePanel').addEventListener('click', () => this.close());
  }

  get open() {
    return this.#shown !== null;
  }

  toggle(which) {
    this.#show(this.#shown === which ? null : which);
  }

  /** Closes, and gives the focus back to the button that opened it. */
  close() {
    const opener = this.#shown === 'people' ? 'showPeople' : 'showChat';
    this.#show(null);
    byId(opener).focus();
  }

  reset() {
    this.#show(null);
    this.#setUnread(0);
  }

  /** Counts a message that came while the chat was not on screen. */
  noticeMessage() {
    if (this.#shown !== 'chat') {
      this.#setUnread(this.#unread + 1);
    }
  }

  #show(which) {
    this.#shown = which;
    byId('panel').hidden = which === null;
    byId('call').classList.toggle('with-panel', which !== null);
    byId('chat').hidden = which !== 'chat';
    byId('people').hidden = which !== 'people';
    byId('panelTitle').textContent = which === 'people' ? 'People' : 'Chat';
    byId('showChat').ariaExpanded = String(which === 'chat');
    byId('showPeople').ariaExpanded = String(which === 'people');
    if (which === 'chat') {
      this.#setUnread(0);
      this.#chat.focus();
    }
  }

  #setUnread(count) {
    this.#unread = count;
    const badge = byId('unread');
    badge.hidden = count === 0;
    badge.textContent = count > 99 ? '99+' : String(count);
    badge.ariaLabel = `${count} unread`;
  }
}
