/** A function of a page that waits for an event. */
export type Listener = (...values: never[]) => unknown;

/** Listeners by event, as pages knew them from Wolfy87's EventEmitter: each function once, called in the order in which they came. */
export class Listeners {
  #byName = new Map<string, Set<Listener>>();

  add(name: string, listener: Listener): void {
    this.#byName.set(name, (this.#byName.get(name) ?? new Set()).add(listener));
  }

  /** Calls with `values`. A listener that throws does not keep the others from hearing it; the page's error handler is told. */
  emit(name: string, values: readonly unknown[] | null = null): void {
    for (const listener of [...(this.#byName.get(name) ?? [])]) {
      try {
        listener(...((values ?? []) as never[]));
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
