// Who is large in the speaker layout: the dominant speaker as the server says, but nobody for less than a few seconds, and
// never oneself. Who fell silent stays until somebody else speaks.

const HOLD = 2_500; // ms that somebody stays at least

export class Featured {
  #current: string | undefined;
  #since = -Infinity;
  #next: string | undefined;

  /** The user who is large; undefined until somebody has spoken. */
  get current(): string | undefined {
    return this.#current;
  }

  /** The server names the dominant speaker, or nobody. Answers in how many ms advance() is due, if at all. */
  heard(user: string | undefined, own: string, now: number): number | undefined {
    this.#next = user === undefined || user === own || user === this.#current ? undefined : user;
    return this.advance(now);
  }

  /** Lets the next one in when it is time. Answers in how many ms it is to be called again, if at all. */
  advance(now: number): number | undefined {
    if (this.#next === undefined) {
      return undefined;
    }
    const left = this.#since + HOLD - now;
    if (this.#current !== undefined && left > 0) {
      return left;
    }
    this.#current = this.#next;
    this.#since = now;
    this.#next = undefined;
    return undefined;
  }

  /** Somebody left. */
  remove(user: string): void {
    if (this.#current === user) {
      this.#current = undefined;
      this.#since = -Infinity;
    }
    if (this.#next === user) {
      this.#next = undefined;
    }
  }
}
