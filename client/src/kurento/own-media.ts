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
    for (const { kind, enabled } of this.#tracks) {
      if (!enabled) {
        this.switch(kind as 'audio' | 'video', false);
      }
    }
  }

  /** Ends it for everybody, and lets go of the devices. */
  end(): void {
    if (this.published) {
      this.published = false;
      this.#sdk.local.unpublish(this.#id).catch(() => {}); // it may have ended already
    }
    this.#tracks.forEach((track) => track.stop());
  }

  /** Sends nothing of a kind, or goes on; the others see a mark then, and not a black picture. */
  switch(kind: 'audio' | 'video', on: boolean): void {
    const track = this.#tracks.find((each) => each.kind === kind);
    if (this.published && track) {
      this.#send(kind, track, on)?.catch(() => {}); // the connection is gone, and the next one begins with what is wanted
    }
  }

  #send(kind: 'audio' | 'video', track: MediaStreamTrack, on: boolean): Promise<void> | undefined {
    const { local } = this.#sdk;
    if (this.#id === 'webcam') {
      return kind === 'audio' ? local.setMicrophone(on) : local.setCamera(on);
    }
    return local.publications.get(this.#id)?.replaceTrack(kind, on ? track : null);
  }

  get #tracks(): MediaStreamTrack[] {
    return this.stream?.getTracks() ?? [];
  }
}
