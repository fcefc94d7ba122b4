/** Measures how loud a track is. */
export class LevelMeter {
  constructor(_track: MediaStreamTrack) {
    throw new Error('not yet');
  }

  /** From 0 to 1, at present. */
  get level(): number {
    return 0;
  }

  stop(): void {}
}
