/** Collects work until the next picture of the screen, so that a burst of events costs one pass over the page. */
export class Frame {
  #jobs = new Set<() => void>();
  #handle: number | undefined;

  /** Runs `job` once with the next picture, however often it is asked for until then. */
  request(job: () => void): void {
    this.#jobs.add(job);
    this.#handle ??= requestAnimationFrame(() => {
      const jobs = [...this.#jobs];
      this.#jobs.clear();
      this.#handle = undefined;
      jobs.forEach((run) => run());
    });
  }

  /** Forgets what was not run yet. */
  dispose(): void {
    if (this.#handle !== undefined) {
      cancelAnimationFrame(this.#handle);
    }
    this.#jobs.clear();
    this.#handle = undefined;
  }
}
