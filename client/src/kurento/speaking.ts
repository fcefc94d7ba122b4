/** Who speaks, by the global id of the stream, in the order in which they began. */
export class Speaking {
  #ids: string[] = [];
  #timer: ReturnType<typeof setInterval>;

  /** Calls `tell` every `interval` milliseconds while somebody speaks, with who began last. */
  constructor(interval: number, tell: (id: string) => void) {
    this.#timer = setInterval(() => {
      const last = this.#ids.at(-1);
      if (last !== undefined) {
        tell(last);
      }
    }, interval);
  }

  add(id: string): void {
    this.#ids.push(id);
  }

  remove(id: string): void {
    const position = this.#ids.indexOf(id);
    if (position >= 0) {
      this.#ids.splice(position, 1);
    }
  }

  /** Who began, and who has stopped, when these speak and nobody else does. */
  changes(now: readonly string[]): { began: string[]; stopped: string[] } {
    return {
      began: now.filter((id) => !this.#ids.includes(id)),
      stopped: this.#ids.filter((id) => !now.includes(id)),
    };
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#ids = [];
  }
}
