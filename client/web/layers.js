// Which layer of a person's picture to ask a server for that knows setPreferredLayers and not setVideoPreferences: the
// smallest that is sharp on its tile. The protocol numbers the sizes from the smallest and does not say how large they
// are, so each counts as twice the one below until it was seen.

/** No browser sends more than three sizes; of one who sends fewer, the server gives the largest. */
export const LARGEST = 2;

const TYPICAL = 1280; // px, of the longer side of the largest picture, before any was seen
const SHARP = 0.8; // of the size on screen: a picture stretched so far still looks good
const AMPLE = 0.95; // what a smaller one must have to be asked for instead, so that small changes change nothing

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
