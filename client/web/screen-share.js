// One's own screen, as the browser lets the person choose it. It ends here or by the browser's own button.

const CONSTRAINTS = { video: { frameRate: { max: 15 } }, audio: true };

export class ScreenShare {
  /** The MediaStream that is shared, or null. */
  media = null;

  #ended;

  /** `ended()` runs when the sharing ends, in whatever way. */
  constructor(ended) {
    this.#ended = ended;
  }

  static get possible() {
    return Boolean(navigator.mediaDevices?.getDisplayMedia);
  }

  /** Lets the person choose; rejects when they do not. */
  async start() {
    const media = await navigator.mediaDevices.getDisplayMedia(CONSTRAINTS);
    const [video] = media.getVideoTracks();
    video.contentHint = 'detail'; // text stays sharp
    video.addEventListener('ended', () => this.media === media && this.stop());
    this.media = media;
  }

  stop() {
    const media = this.media;
    this.media = null;
    if (media) {
      media.getTracks().forEach((track) => track.stop());
      this.#ended();
    }
  }
}
