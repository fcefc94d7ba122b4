// How loud the microphone is, as a bar.

import { h } from '../dom.ts';
import type { OwnMedia } from '../own-media.ts';
import { LevelMeter } from './level-meter.ts';

const SEGMENTS = 12;
const PERIOD = 60; // ms

/** Shows the level of one's own microphone between start and stop. */
export class LevelBar {
  readonly element: HTMLElement;
  readonly #segments: HTMLElement[];
  readonly #own: OwnMedia;
  #running = false;
  #meter: LevelMeter | undefined;
  #track: MediaStreamTrack | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(own: OwnMedia) {
    this.#own = own;
    this.#segments = Array.from({ length: SEGMENTS }, () => h('i'));
    this.element = h('div', { class: 'level', role: 'img', 'aria-label': 'Level of your microphone' }, ...this.#segments);
    own.on('changed', () => this.#follow());
  }

  start(): void {
    this.#running = true;
    this.#follow();
  }

  stop(): void {
    this.#running = false;
    this.#follow();
  }

  #follow(): void {
    this.#measure(this.#running && this.#own.isOn('microphone') ? this.#own.audioTrack : undefined);
  }

  #measure(track: MediaStreamTrack | undefined): void {
    this.element.classList.toggle('idle', track === undefined);
    if (track === this.#track) {
      return;
    }
    this.#track = track;
    this.#meter?.stop();
    clearInterval(this.#timer);
    this.#show(0);
    this.#meter = track && new LevelMeter(track);
    this.#timer = this.#meter && setInterval(() => this.#show(this.#meter?.level ?? 0), PERIOD);
  }

  #show(level: number): void {
    const lit = Math.round(level * SEGMENTS);
    this.#segments.forEach((segment, i) => segment.classList.toggle('lit', i < lit));
  }
}
