// The chat panel. Everything anybody typed is put on the page as text, never as markup.

const NEAR_THE_END = 48; // px; further up, somebody is reading and is not pulled down

export class Chat {
  #list;
  #input;
  #self;
  #last = null; // the author of the last message
  #latest = null; // that message, {user, message}

  /** `send(text)` must resolve once the server took the message, or reject: the text then stays in the field. */
  constructor({ list, form, input, send }) {
    this.#list = list;
    this.#input = input;
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      const text = input.value.trim();
      if (!text) {
        return;
      }
      input.value = '';
      try {
        await send(text);
      } catch {
        input.value ||= text;
        this.note('This message was not sent. Try again.');
      }
    });
  }

  reset(self) {
    this.#self = self;
    this.#last = this.#latest = null;
    this.#list.replaceChildren();
  }

  /** Brings what was said while nobody listened here, from all that the server kept: [{user, message, time}]. */
  catchUp(messages) {
    const known = (other) => other.user === this.#latest?.user && other.message === this.#latest.message;
    for (const { user, message, time } of messages.slice(messages.findLastIndex(known) + 1)) {
      this.add(user, message, new Date(time));
    }
  }

  focus() {
    this.#input.focus();
  }

  /** One message; the server echoes our own, so the order is the same on every screen. */
  add(user, text, at = new Date()) {
    const item = document.createElement('li');
    item.className = user === this.#self ? 'message own' : 'message';
    if (user !== this.#last) {
      const head = line('message-head', user === this.#self ? 'You' : user || 'To everybody');
      const time = document.createElement('time');
      time.textContent = at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
      head.append(time);
      item.append(head);
    }
    item.append(line('message-text', text));
    this.#last = user;
    this.#latest = { user, message: text };
    this.#append(item);
  }

  /** A remark of the page itself: who came and went. */
  note(text) {
    this.#last = null;
    const item = document.createElement('li');
    item.className = 'remark';
    item.textContent = text;
    this.#append(item);
  }

  #append(item) {
    const list = this.#list;
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_THE_END;
    list.append(item);
    if (atEnd) {
      list.scrollTop = list.scrollHeight;
    }
  }
}

function line(className, text) {
  const element = document.createElement('p');
  element.className = className;
  element.textContent = text;
  return element;
}
