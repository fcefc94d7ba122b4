/** Time that passes only when a test says so. */
export class Clock {
  time = 0;
  #timers = new Map<number, { due: number; fn: () => void }>();
  #last = 0;

  setTimeout = (fn: () => void, ms: number): unknown => {
    this.#timers.set(++this.#last, { due: this.time + ms, fn });
    return this.#last;
  };

  clearTimeout = (timer: unknown): void => {
    this.#timers.delete(timer as number);
  };

  /** How many timers run. */
  get running(): number {
    return this.#timers.size;
  }

  /** Lets `ms` pass; whatever a timer starts gets its turn before the next one. */
  async pass(ms: number): Promise<void> {
    const end = this.time + ms;
    await settled();
    for (;;) {
      const [id, next] = [...this.#timers].sort(([, a], [, b]) => a.due - b.due)[0] ?? [];
      if (!next || next.due > end) {
        break;
      }
      this.#timers.delete(id!);
      this.time = Math.max(this.time, next.due);
      next.fn();
      await settled();
    }
    this.time = end;
  }
}

/** Waits until all that is under way without a timer is done. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}
