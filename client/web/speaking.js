// Who speaks: as the server says, and until it says anything, as it sounds here. Older servers never say.

const LEVEL = 0.02; // of 1; about -34 dB, above room noise

export class Speaking {
  /** The dominant speaker, as the server says; null while there is none. */
  dominant = null;

  #speakers = null; // a Set once the server has said who

  /** Takes what the server says: the dominant speaker, who may be absent, and everybody who speaks. */
  told(dominant, speakers) {
    this.dominant = dominant ?? null;
    this.#speakers = new Set(speakers);
  }

  /** Whether `user` speaks, who is heard here at `level`, 0 to 1. */
  speaks(user, level) {
    return this.#speakers ? this.#speakers.has(user) : level > LEVEL;
  }
}
