// Which size of a person's picture to ask for: the smallest that is sharp on its tile. The protocol numbers the sizes
// from the smallest and does not say how large they are, so each counts as twice the one below until it was seen.

/** No browser sends more than three sizes; of one who sends fewer, the server gives the largest. */
export const LARGEST = 2;

const TYPICAL = 1280; // px, of the longer side of the largest picture, before any was seen
const SHARP = 0.8; // of the size on screen: a picture stretched so far still looks good
const AMPLE = 0.95; // what a smaller one must have to be asked for instead, so that small changes change nothing
const DEBOUNCE = 300; // ms after the last change of the tile
const SETTLED = 2_000; // ms after the last change of the picture, or after asking

/** The decision, apart from the page so that it can be tested alone. Sizes are px of the longer side. */
export class LayerChoice {
  /** The layer that was asked for: at first, as the protocol has it, all of them; null when that may not be known. */
  asked = LARGEST;

  #seen = new Map([[LARGEST, TYPICAL]]); // layer -> size of the picture that came when it was asked for

  /** Notes the size of the picture that comes for what was asked. */
  saw(size) {
    this.#seen.set(this.asked, size);
  }

  /** Answers the layer for a picture that takes `size` device pixels of the screen; 0 is not on screen at all. */
  fitting(size) {
    let layer = 0;
    while (layer < LARGEST && this.#expected(layer) < size * (layer < this.asked ? AMPLE : SHARP)) {
      layer++;
    }
    return layer;
  }

  #expected(layer) {
    const distance = (known) => Math.abs(known - layer);
    const [nearest] = [...this.#seen.keys()].sort((a, b) => distance(a) - distance(b));
    return this.#seen.get(nearest) * 2 ** (layer - nearest);
  }
}

/** Keeps asking for the layer that fits a video element, from one subscription to the next. */
export class LayerWish {
  #video;
  #ask;
  #choice = null; // between subscriptions
  #pinned = null;
  #reviewTimer = null;
  #settleTimer = null;
  #observer;

  /** `ask(layer)` resolves once the server knows. */
  constructor(video, ask) {
    this.#video = video;
    this.#ask = ask;
    video.addEventListener('resize', () => this.#settle());
    this.#observer = new ResizeObserver(() => this.review());
    this.#observer.observe(video);
  }

  /** A new subscription, on which everything is sent. */
  begin() {
    this.#choice = new LayerChoice();
    this.#decide();
  }

  /** The subscription is over. */
  end() {
    this.#choice = null;
    clearTimeout(this.#reviewTimer);
    clearTimeout(this.#settleTimer);
  }

  /** Asks for this layer whatever the tile's size; null lets the size decide again. */
  pin(layer) {
    this.#pinned = layer;
    return this.#decide();
  }

  /** Something changed on the page, or the server may have missed the last wish. */
  review() {
    clearTimeout(this.#reviewTimer);
    this.#reviewTimer = setTimeout(() => this.#decide(), DEBOUNCE);
  }

  dispose() {
    this.end();
    this.#observer.disconnect();
  }

  #settle() {
    clearTimeout(this.#settleTimer);
    this.#settleTimer = setTimeout(() => {
      const size = Math.max(this.#video.videoWidth, this.#video.videoHeight);
      if (size > 0 && (this.#choice?.asked ?? null) !== null) {
        this.#choice.saw(size);
        this.#decide();
      }
    }, SETTLED);
  }

  async #decide() {
    const choice = this.#choice;
    const layer = this.#pinned ?? choice?.fitting(sizeOnScreen(this.#video));
    if (!choice || layer === choice.asked) {
      return;
    }
    choice.asked = layer;
    this.#settle();
    try {
      await this.#ask(layer);
    } catch {
      choice.asked = null; // asked again when something changes, or when the connection is back
    }
  }
}

// Device pixels of the longer side of the whole picture, as style.css fits it: upright ones are shown whole, others
// fill the tile.
function sizeOnScreen(video) {
  const { clientWidth, clientHeight, videoWidth, videoHeight } = video;
  if (document.hidden || clientWidth === 0 || clientHeight === 0) {
    return 0;
  }
  const width = videoWidth || 16;
  const height = videoHeight || 9;
  const fit = height > width ? Math.min : Math.max;
  return fit(clientWidth / width, clientHeight / height) * Math.max(width, height) * devicePixelRatio;
}
