const FLOOR = -60; // dB below the loudest sound: silence

/** Measures how loud a track is. */
export class LevelMeter {
  #context = new AudioContext();
  #analyser = this.#context.createAnalyser();
  #source: MediaStreamAudioSourceNode;
  #samples = new Float32Array(2048);

  constructor(track: MediaStreamTrack) {
    this.#source = this.#context.createMediaStreamSource(new MediaStream([track]));
    this.#source.connect(this.#analyser);
    this.#context.resume().catch(() => {}); // when the page was not touched yet: later, then
  }

  /** At present: 0 is silence, 1 as loud as can be, and equal steps sound equal. */
  get level(): number {
    if (this.#context.state === 'suspended') {
      this.#context.resume().catch(() => {});
    }
    this.#analyser.getFloatTimeDomainData(this.#samples);
    let sum = 0;
    for (const sample of this.#samples) {
      sum += sample * sample;
    }
    const decibels = 10 * Math.log10(sum / this.#samples.length);
    return Math.min(1, Math.max(0, 1 - decibels / FLOOR));
  }

  /** Lets go of the track; it goes on. */
  stop(): void {
    this.#source.disconnect();
    this.#context.close().catch(() => {});
  }
}
