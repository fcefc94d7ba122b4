// Waiting between attempts: longer each time, never together with everybody else's, and cut short when it helps.

const FIRST = 300;
const LONGEST = 5_000;

export class Backoff {
  #attempt = 0;
  #wake = null;

  /** Resolves before the next attempt is due, at most LONGEST ms later; at once when the network comes back. */
  wait() {
    const longest = Math.min(LONGEST, FIRST * 2 ** this.#attempt++);
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.cut(), longest * (0.5 + Math.random() / 2));
      this.#wake = () => {
        clearTimeout(timer);
        removeEventListener('online', this.#wake);
        resolve();
      };
      addEventListener('online', this.#wake);
    });
  }

  /** Ends a wait early. */
  cut() {
    this.#wake?.();
    this.#wake = null;
  }

  reset() {
    this.#attempt = 0;
  }
}
