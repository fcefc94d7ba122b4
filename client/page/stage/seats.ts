// The order of the tiles. It changes only when it must: when somebody comes or goes, and when who speaks is not on the
// first page. Then they change places with whoever of that page has been silent for the longest time.

export class Seats {
  #order: string[] = [];
  #spoke = new Map<string, number>(); // ms, when somebody was last heard

  /** The keys of the tiles in order. */
  get order(): readonly string[] {
    return this.#order;
  }

  /** Adds a tile at the end, or at the beginning. */
  add(key: string, first = false): void {
    if (!this.#order.includes(key)) {
      first ? this.#order.unshift(key) : this.#order.push(key);
    }
  }

  remove(key: string): void {
    this.#order = this.#order.filter((other) => other !== key);
    this.#spoke.delete(key);
  }

  /** Somebody speaks at `now`, in ms. */
  heard(key: string, now: number): void {
    this.#spoke.set(key, now);
  }

  /**
   * Brings `key` among the `visible` that stand first, in exchange for the one who was silent for the longest time and may
   * go. Answers whether anything changed.
   */
  bringForward(key: string, visible: readonly string[], mayGo: (key: string) => boolean): boolean {
    const from = this.#order.indexOf(key);
    if (from < 0 || visible.includes(key)) {
      return false;
    }
    const [silent] = visible
      .filter((other) => mayGo(other) && this.#order.includes(other))
      .sort((a, b) => this.#lastHeard(a) - this.#lastHeard(b) || this.#order.indexOf(b) - this.#order.indexOf(a));
    if (silent === undefined) {
      return false;
    }
    const to = this.#order.indexOf(silent);
    [this.#order[from], this.#order[to]] = [silent, key];
    return true;
  }

  #lastHeard(key: string): number {
    return this.#spoke.get(key) ?? -Infinity;
  }
}
