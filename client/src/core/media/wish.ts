import type { ElementView, Platform } from '../platform.ts';
import type { Priority } from './remote-track.ts';
import type { VideoPreference } from './subscription.ts';

const SHARP = 0.8; // of the size on screen: a picture stretched so far still looks good
const STEP = 16; // px; smaller changes of an element are not worth a request
const DEBOUNCE = 150; // ms after the last change
const HIDDEN_AFTER = 2_000; // ms out of sight, so that a glance at another tab changes nothing

/**
 * What is wanted of one picture: from the elements that show it (the largest one in sight decides), or by hand. Tells
 * whenever that has changed. A picture that is not in any element yet is wanted small, and after a while not at all.
 */
export class Wish {
  #platform: Platform;
  #adaptive: boolean;
  #base: VideoPreference;
  #tell: (preference: VideoPreference) => Promise<unknown>;
  #views = new Map<unknown, ElementView | undefined>(); // undefined: of a size that nobody knows
  #manual: VideoPreference | undefined;
  #priority: Priority = 'normal';
  #size = [STEP, STEP];
  #unseenSince: number | undefined;
  #told = '{}'; // what the server takes for granted
  #running = false;
  #timer: unknown;

  /** `base` is part of all that is told. */
  constructor(platform: Platform, adaptive: boolean, base: VideoPreference, tell: (preference: VideoPreference) => Promise<unknown>) {
    this.#platform = platform;
    this.#adaptive = adaptive;
    this.#base = base;
    this.#tell = tell;
  }

  /** The subscription has begun, or begun anew: the server knows nothing of it. */
  begin(): void {
    this.#running = true;
    this.#told = '{}';
    this.#decide();
  }

  end(): void {
    this.#running = false;
    this.#platform.clearTimeout(this.#timer);
  }

  /** An element shows it like that, or, without a view, somehow. */
  show(element: unknown, view?: ElementView): void {
    this.#views.set(element, view);
    this.#later(DEBOUNCE);
  }

  /** An element shows it no longer. */
  drop(element: unknown): void {
    this.#views.delete(element);
    this.#later(DEBOUNCE);
  }

  set priority(priority: Priority) {
    this.#priority = priority;
    this.#later(DEBOUNCE);
  }

  get priority(): Priority {
    return this.#priority;
  }

  /** By hand; undefined: the elements decide again. */
  set manual(preference: VideoPreference | undefined) {
    this.#manual = preference;
    this.#later(0);
  }

  #later(ms: number): void {
    this.#platform.clearTimeout(this.#timer);
    if (this.#running) {
      this.#timer = this.#platform.setTimeout(() => this.#decide(), ms);
    }
  }

  #decide(): void {
    const wanted = this.#manual ?? { ...this.#base, ...(this.#adaptive && this.#fitting()), ...this.#rank() };
    const text = JSON.stringify(wanted);
    if (this.#running && text !== this.#told) {
      this.#told = text;
      this.#tell(wanted).catch(() => (this.#told = ''));
    }
  }

  #rank(): VideoPreference {
    if (this.#hidden()) {
      return { priority: 'hidden' };
    }
    return this.#priority === 'normal' ? {} : { priority: this.#priority };
  }

  #hidden(): boolean {
    const seen = !this.#adaptive || [...this.#views.values()].some((view) => !view || view.visible);
    if (seen) {
      this.#unseenSince = undefined;
      return false;
    }
    const now = this.#platform.now();
    this.#unseenSince ??= now;
    const left = HIDDEN_AFTER - (now - this.#unseenSince);
    if (left > 0) {
      this.#later(left);
    }
    return left <= 0;
  }

  // Keeps the size while the wanted one is less than a step away, so that none lies between two that alternate.
  #fitting(): VideoPreference {
    const views = [...this.#views.values()];
    if (views.includes(undefined)) {
      return {};
    }
    const [largest] = views.filter((view) => view!.visible).sort((a, b) => b!.width * b!.height - a!.width * a!.height);
    if (largest) {
      const size = [largest.width * SHARP, largest.height * SHARP];
      if (size.some((length, i) => Math.abs(length - this.#size[i]!) >= STEP)) {
        this.#size = size.map(step);
      }
    }
    return { maxWidth: this.#size[0]!, maxHeight: this.#size[1]! };
  }
}

// Downwards: upwards could miss a size that is just sharp enough.
const step = (length: number): number => Math.max(STEP, Math.floor(length / STEP) * STEP);
