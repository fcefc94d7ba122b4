// What the server is told of how a person's picture is shown (setVideoPreferences), so that it can choose what to send.
// Apart from the page so that it can be tested alone.

const SHARP = 0.8; // of the size on screen: a picture stretched so far still looks good
const STEP = 16; // px; smaller changes of a tile are not worth a request

/** ms out of sight until a picture is called hidden, so that a glance at another tab changes nothing. */
export const HIDDEN_AFTER = 2_000;

/** How much a tile's picture matters, where one may be large and one is the dominant speaker's (both may be absent). */
export function priorityOf(tile, { large, dominant }) {
  if (tile === large) {
    return 'pinned';
  }
  if (tile === dominant) {
    return 'speaker';
  }
  return large ? 'thumbnail' : 'normal';
}

/** What one subscription prefers. */
export class VideoPreference {
  #maxWidth = STEP; // the smallest picture, until it was in sight
  #maxHeight = STEP;
  #unseenSince = null;

  /**
   * Answers {maxWidth, maxHeight, priority} for a picture that takes `screen`, {width, height} in device pixels, at
   * `now` in ms. `screen` is null while the picture is out of sight.
   */
  of(screen, priority, now) {
    if (screen) {
      this.#unseenSince = null;
      this.#fit(screen.width * SHARP, screen.height * SHARP);
    } else {
      this.#unseenSince ??= now;
    }
    const hidden = !screen && now - this.#unseenSince >= HIDDEN_AFTER;
    return { maxWidth: this.#maxWidth, maxHeight: this.#maxHeight, priority: hidden ? 'hidden' : priority };
  }

  // Keeps the size while the wanted one is less than a step away, so that none lies between two that alternate.
  #fit(width, height) {
    if (Math.abs(width - this.#maxWidth) >= STEP || Math.abs(height - this.#maxHeight) >= STEP) {
      this.#maxWidth = step(width);
      this.#maxHeight = step(height);
    }
  }
}

// Downwards: upwards could miss a size that is just sharp enough.
const step = (length) => Math.max(STEP, Math.floor(length / STEP) * STEP);
