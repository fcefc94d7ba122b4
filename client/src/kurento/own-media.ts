import { capture } from '../browser/devices.ts';
import type { Room as SdkRoom } from '../core/room.ts';

/** What is captured of oneself, and published under one name. */
export class OwnMedia {
  stream: MediaStream | undefined;
  /** Others can receive it. */
  published = false;
  #sdk: SdkRoom;
  #id: string;

  constructor(sdk: SdkRoom, id: string) {
    this.#sdk = sdk;
    this.#id = id;
  }

  /** Opens camera and microphone, or the one of them that there is. Answers whether there is any. */
  async open(): Promise<boolean> {
    const { audioTrack, videoTrack, problems } = await capture({ audio: true, video: true });
    const tracks = [audioTrack, videoTrack].filter((track) => track !== undefined);
    if (tracks.length === 0) {
      console.error('Access denied', problems);
      return false;
    }
    this.stream = new MediaStream(tracks);
    return true;
  }

  async publish(): Promise<void> {
    await this.#sdk.local.publish(this.#id, this.#tracks);
    this.published = true;
    this.switched();
  }

  /** Ends it for everybody, and lets go of the devices. */
  end(): void {
    if (this.published) {
      this.published = false;
      this.#sdk.local.unpublish(this.#id).catch(() => {}); // it may have ended already
    }
    this.#tracks.forEach((track) => track.stop());
  }

  /** Tells the others what is off, so that they see a mark and not a black picture. */
  switched(): void {
    if (this.published) {
      const off = (kind: string) => this.#tracks.some((track) => track.kind === kind && !track.enabled);
      this.#sdk.request('setOff', { stream: this.#id, audio: off('audio'), video: off('video') }).catch(() => {});
    }
  }

  get #tracks(): MediaStreamTrack[] {
    return this.stream?.getTracks() ?? [];
  }
}
