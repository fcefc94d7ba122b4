// The video element of a tile. It appears with its first picture and never shows an empty or an old one.

import type { RemoteTrack } from '../../src/index.ts';
import { h } from '../dom.ts';

/** What the tile is told. */
export interface PictureEvents {
  /** A picture is there, for the first time since there was none; or there is none any more. */
  shown(there: boolean): void;
  /** The picture has another size. */
  resized(): void;
}

export class Picture {
  readonly element: HTMLVideoElement;
  /** performance.now() of the first picture. */
  firstFrameAt: number | undefined;
  #events: PictureEvents;
  #remote: RemoteTrack | undefined;
  #local: MediaStreamTrack | undefined;
  #waits = new Set<number>();

  constructor(label: string, id: string, events: PictureEvents) {
    this.#events = events;
    this.element = h('video', {
      id,
      autoplay: true,
      playsinline: true,
      'aria-label': `Picture of ${label}`,
      onresize: () => events.resized(),
      onemptied: () => this.#await(), // the SDK replaced a connection
    });
    this.element.muted = true; // sound has elements of its own
    this.element.disablePictureInPicture = true;
  }

  get width(): number {
    return this.element.videoWidth;
  }

  get height(): number {
    return this.element.videoHeight;
  }

  /** What is received, if it is that. */
  get remote(): RemoteTrack | undefined {
    return this.#remote;
  }

  /** Shows what is received of somebody. */
  receive(track: RemoteTrack): void {
    if (this.#remote !== track) {
      this.clear();
      this.#remote = track;
      track.attach(this.element);
      this.#begin();
    }
  }

  /** Shows a track of one's own; none takes the picture away. */
  show(track: MediaStreamTrack | undefined): void {
    if (this.#local !== track || track === undefined) {
      this.clear();
      this.#local = track;
      if (track) {
        this.element.srcObject = new MediaStream([track]);
        this.#begin();
      }
    }
  }

  /** Calls at the next picture, unless the element is cleared before. A browser that cannot tell has it at once. */
  onNextFrame(run: (now: number) => void): void {
    if (!this.element.requestVideoFrameCallback) {
      run(performance.now());
      return;
    }
    const handle = this.element.requestVideoFrameCallback((now) => {
      this.#waits.delete(handle);
      run(now);
    });
    this.#waits.add(handle);
  }

  clear(): void {
    this.#waits.forEach((handle) => this.element.cancelVideoFrameCallback(handle));
    this.#waits.clear();
    this.#remote?.detach(this.element);
    this.#remote = this.#local = undefined;
    if (this.element.srcObject) {
      this.element.srcObject = null;
    }
    this.#events.shown(false);
  }

  #begin(): void {
    this.#await();
    this.element.play().catch(() => {}); // muted, so nothing but its own end keeps it from playing
  }

  #await(): void {
    this.#events.shown(false);
    this.onNextFrame((now) => {
      this.firstFrameAt ??= now;
      this.#events.shown(true);
    });
  }
}
