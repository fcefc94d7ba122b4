// Watches how large a picture is shown, whether at all, and how much it matters, and keeps telling the server.

import { LARGEST, LayerChoice } from './layers.js';
import { HIDDEN_AFTER, VideoPreference } from './preference.js';

const DEBOUNCE = 300; // ms after the last change of the tile
const SETTLED = 2_000; // ms after the last change of the picture, or after asking

/** The wishes for one video element, from one subscription to the next. */
export class PictureWish {
  #video;
  #prefer;
  #preferLayer;
  #preference = null; // between subscriptions
  #choice = null;
  #told = ''; // the last preference as text; empty when the server may not know it
  #known = true; // whether the server knows preferences at all
  #priority = 'normal';
  #layer = null; // the one that was pinned
  #intersecting = true;
  #reviewTimer = null;
  #settleTimer = null;
  #observers;

  /**
   * `prefer(preference)` resolves once the server knows, with false where it does not know such wishes;
   * `preferLayer(layer)` resolves likewise.
   */
  constructor(video, { prefer, preferLayer }) {
    this.#video = video;
    this.#prefer = prefer;
    this.#preferLayer = preferLayer;
    video.addEventListener('resize', () => {
      this.#settle();
      this.review();
    });
    const sight = new IntersectionObserver((entries) => {
      this.#intersecting = entries.at(-1).isIntersecting;
      this.review();
    });
    this.#observers = [new ResizeObserver(() => this.review()), sight];
    this.#observers.forEach((observer) => observer.observe(video));
  }

  /** A new subscription, on which everything is sent. */
  begin() {
    this.#preference = new VideoPreference();
    this.#choice = new LayerChoice();
    this.#told = '';
    this.#decide();
  }

  /** The subscription is over. */
  end() {
    this.#preference = this.#choice = null;
    clearTimeout(this.#reviewTimer);
    clearTimeout(this.#settleTimer);
  }

  /** How much the picture matters, one of the protocol's words. */
  set priority(priority) {
    if (priority !== this.#priority) {
      this.#priority = priority;
      this.review();
    }
  }

  /** Asks for this layer whatever the tile's size; null lets the size decide again. */
  pin(layer) {
    this.#layer = layer;
    return this.#decide();
  }

  /** Something changed on the page, or the server may have missed the last wish: looks again after `delay` ms. */
  review(delay = DEBOUNCE) {
    clearTimeout(this.#reviewTimer);
    this.#reviewTimer = setTimeout(() => this.#decide(), delay);
  }

  dispose() {
    this.end();
    this.#observers.forEach((observer) => observer.disconnect());
  }

  async #decide() {
    const choice = this.#choice;
    if (!choice) {
      return;
    }
    const screen = this.#onScreen();
    await this.#decidePreference(screen);
    if (choice === this.#choice) {
      await this.#decideLayer(screen);
    }
  }

  async #decidePreference(screen) {
    const priority = this.#priority;
    const wanted = this.#layer === null ? this.#preference.of(screen, priority, performance.now()) : { priority };
    if (!screen && wanted.priority !== 'hidden') {
      this.review(HIDDEN_AFTER + DEBOUNCE);
    }
    const text = JSON.stringify(wanted);
    if (text === this.#told) {
      return;
    }
    this.#told = text;
    try {
      this.#known = await this.#prefer(wanted);
    } catch {
      this.#told = ''; // told again when something changes, or when the connection is back
    }
  }

  // Where the server knows preferences, layers are for who pins one.
  async #decideLayer(screen) {
    const choice = this.#choice;
    const fitting = () => (this.#known ? LARGEST : choice.fitting(screen ? Math.max(screen.width, screen.height) : 0));
    const layer = this.#layer ?? fitting();
    if (layer === choice.asked) {
      return;
    }
    choice.asked = layer;
    this.#settle();
    try {
      await this.#preferLayer(layer);
    } catch {
      choice.asked = null;
    }
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

  // Device pixels of the whole picture, as style.css fits it: upright ones are shown whole, others fill the tile.
  #onScreen() {
    const { clientWidth, clientHeight, videoWidth, videoHeight } = this.#video;
    if (document.hidden || !this.#intersecting || clientWidth === 0 || clientHeight === 0) {
      return null;
    }
    const width = videoWidth || 16;
    const height = videoHeight || 9;
    const fit = height > width ? Math.min : Math.max;
    const scale = fit(clientWidth / width, clientHeight / height) * devicePixelRatio;
    return { width: width * scale, height: height * scale };
  }
}
