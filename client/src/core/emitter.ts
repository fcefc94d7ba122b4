/** Events by name, each with one payload object. `E` maps the names to the payloads. */
export class Emitter<E> {
  #listeners = new Map<keyof E, Set<(event: never) => void>>();

  /** Calls `fn` at each event of that name, in the order of the calls of `on`. Answers how to stop. */
  on<K extends keyof E>(name: K, fn: (event: E[K]) => void): () => void {
    const set = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, set.add(fn));
    return () => this.off(name, fn);
  }

  /** Calls `fn` at the next event of that name only. */
  once<K extends keyof E>(name: K, fn: (event: E[K]) => void): () => void {
    const stop = this.on(name, (event) => {
      stop();
      fn(event);
    });
    return stop;
  }

  /** Stops calling `fn`. */
  off<K extends keyof E>(name: K, fn: (event: E[K]) => void): void {
    this.#listeners.get(name)?.delete(fn);
  }

  /**
   * Tells all listeners. One that throws keeps neither the others nor the SDK from going on: its error becomes an
   * unhandled rejection, where the page's error handling sees it.
   * @internal
   */
  emit<K extends keyof E>(name: K, event: E[K]): void {
    for (const fn of [...(this.#listeners.get(name) ?? [])]) {
      try {
        (fn as (event: E[K]) => void)(event);
      } catch (error) {
        Promise.reject(error);
      }
    }
  }
}
