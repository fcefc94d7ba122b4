// A camera that shows a painted person, as a track of a canvas.

import { paintBackdrop } from './backdrop.ts';
import type { Persona } from './persona.ts';
import { paintPortrait } from './portrait.ts';

/** How a painted camera takes its pictures. */
export interface CameraOptions {
  readonly width: number;
  readonly height: number;
  /** Pictures per second; 0: one picture, and another one when something changes. */
  readonly rate: number;
}

/** Paints until it is stopped. */
export class PaintedCamera {
  readonly track: MediaStreamTrack;
  /** Whether the person's lips move. */
  talking = false;
  #persona: Persona;
  #canvas: HTMLCanvasElement;
  #backdrop: HTMLCanvasElement;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(persona: Persona, { width, height, rate }: CameraOptions) {
    this.#persona = persona;
    this.#canvas = Object.assign(document.createElement('canvas'), { width, height });
    this.#backdrop = paintBackdrop(persona, width, height);
    this.#paint();
    const stream = this.#canvas.captureStream(Math.max(rate, 1));
    this.track = stream.getVideoTracks()[0] as MediaStreamTrack;
    // A canvas gives a picture to its track only when it is painted; who attaches later needs one more.
    this.#timer = setInterval(() => this.#paint(), rate > 0 ? 1_000 / rate : 500);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.track.stop();
    this.#canvas.width = this.#backdrop.width = 0; // gives the memory back at once
  }

  #paint(): void {
    const brush = this.#canvas.getContext('2d');
    if (brush) {
      const { width, height } = this.#canvas;
      brush.drawImage(this.#backdrop, 0, 0);
      paintPortrait(brush, this.#persona, { time: performance.now() / 1_000, talking: this.talking }, width, height);
    }
  }
}
