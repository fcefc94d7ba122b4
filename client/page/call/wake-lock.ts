// Keeps the screen on during a call: nobody touches a phone while they listen.

/** Holds a lock while it is started; browsers take it away from hidden pages, so it is asked for again. */
export class WakeLock {
  #wanted = false;
  #lock: WakeLockSentinel | undefined;

  constructor() {
    document.addEventListener('visibilitychange', () => void this.#ask());
  }

  start(): void {
    this.#wanted = true;
    void this.#ask();
  }

  stop(): void {
    this.#wanted = false;
    void this.#lock?.release();
    this.#lock = undefined;
  }

  async #ask(): Promise<void> {
    if (!this.#wanted || document.hidden || !('wakeLock' in navigator)) {
      return;
    }
    try {
      const lock = await navigator.wakeLock.request('screen');
      if (this.#wanted) {
        this.#lock = lock;
      } else {
        await lock.release();
      }
    } catch {
      // a low battery, say; the call goes on without it
    }
  }
}
