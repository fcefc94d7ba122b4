// The name on a tile, and the small signs beside it.

import { make, template } from './dom.js';

export class Nameplate {
  element = make('span', 'tile-name');

  #hand = template('handBadge');
  #muted = template('mutedBadge');
  #star = template('moderatorBadge');
  #mark = template('qualityMark');

  constructor(label) {
    this.element.append(this.#muted, this.#hand, make('span', 'tile-label', label), this.#star, this.#mark);
  }

  set hand(raised) {
    this.#hand.hidden = !raised;
  }

  set muted(muted) {
    this.#muted.hidden = !muted;
  }

  set moderator(moderates) {
    this.#star.hidden = !moderates;
  }

  /** Whether there is a mark of bad quality. */
  get marked() {
    return !this.#mark.hidden;
  }

  /** Shows {bars, text} of quality.js; null when all is well. */
  mark(quality) {
    this.#mark.hidden = !quality;
    if (quality) {
      this.#mark.dataset.bars = quality.bars;
      this.#mark.ariaLabel = this.#mark.title = quality.text;
    }
  }
}
