// Values kept by the browser. Storage may be switched off, or full; then nothing is remembered, and nothing breaks.

/** Reads and writes JSON under one key. */
export class Store<T> {
  readonly #key: string;
  readonly #storage: () => Storage;

  /** `storage` is asked each time, because reading `localStorage` alone may throw. */
  constructor(key: string, storage: () => Storage) {
    this.#key = `atrium.${key}`;
    this.#storage = storage;
  }

  /** What was kept; undefined: nothing, or nothing that can be read. */
  read(): T | undefined {
    try {
      return (JSON.parse(this.#storage().getItem(this.#key) ?? 'null') as T | null) ?? undefined;
    } catch {
      return undefined;
    }
  }

  write(value: T): void {
    try {
      this.#storage().setItem(this.#key, JSON.stringify(value));
    } catch {
      // not remembered
    }
  }

  clear(): void {
    try {
      this.#storage().removeItem(this.#key);
    } catch {
      // nothing was kept
    }
  }
}
