// What was said in the chat, apart from how it is shown: runs of one author, and what somebody missed.

import type { ChatMessage } from '../../src/index.ts';

const RUN = 5 * 60_000; // ms of silence that begin a new run

/** Keeps the order of messages, and knows which begin a run. */
export class Conversation {
  #last: ChatMessage | undefined;
  #interrupted = false;

  /** Takes the next message; answers whether it stands under a head of its own with author and time. */
  add(message: ChatMessage): boolean {
    const last = this.#last;
    const head = this.#interrupted || last === undefined || last.user !== message.user || message.time - last.time > RUN;
    this.#last = message;
    this.#interrupted = false;
    return head;
  }

  /** A remark came between: the next message needs a head. */
  interrupt(): void {
    this.#interrupted = true;
  }

  /** Of all that the server kept, what came after the last message that was seen here. */
  missed(history: readonly ChatMessage[]): ChatMessage[] {
    const last = this.#last;
    const seen = history.findLastIndex(({ user, text }) => user === last?.user && text === last.text);
    return history.slice(seen + 1);
  }
}
