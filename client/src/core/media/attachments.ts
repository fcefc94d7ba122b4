import type { MediaElementLike, Platform } from '../platform.ts';
import type { RemoteTrack } from './remote-track.ts';

interface Attachment {
  stream: MediaStream;
  tracks: Set<RemoteTrack>;
}

/** Which elements show and play what: at most one sound and one picture each. */
export class Attachments {
  readonly platform: Platform;
  #elements = new Map<MediaElementLike, Attachment>();
  #output: string | undefined;

  constructor(platform: Platform) {
    this.platform = platform;
  }

  attach(track: RemoteTrack, element: MediaElementLike): void {
    let attachment = this.#elements.get(element);
    if (!attachment) {
      attachment = { stream: this.platform.mediaStream([]), tracks: new Set() };
      this.#elements.set(element, attachment);
      this.#route(element);
    }
    for (const other of attachment.tracks) {
      if (other.kind === track.kind && other !== track) {
        other.detach(element);
      }
    }
    this.#elements.set(element, attachment); // the other may have been the last
    attachment.tracks.add(track);
    attachment.stream.addTrack(track.track);
    if (element.srcObject !== attachment.stream) {
      element.srcObject = attachment.stream;
    }
    // Refused when the page was not touched yet: the page sees that by its own call.
    Promise.resolve(element.play?.()).catch(() => {});
  }

  /** In place of the MediaStreamTrack that it had `before`: the element keeps the last picture until there is a new one. */
  replace(track: RemoteTrack, before: MediaStreamTrack, element: MediaElementLike): void {
    const stream = this.#elements.get(element)?.stream;
    stream?.removeTrack(before);
    stream?.addTrack(track.track);
  }

  detach(track: RemoteTrack, element: MediaElementLike): void {
    const attachment = this.#elements.get(element);
    if (attachment?.tracks.delete(track)) {
      attachment.stream.removeTrack(track.track);
      if (!attachment.tracks.size) {
        this.#elements.delete(element);
        element.srcObject = null;
      }
    }
  }

  /** What is heard comes from this loudspeaker from here on. */
  async output(deviceId: string): Promise<void> {
    this.#output = deviceId;
    await Promise.all([...this.#elements.keys()].map((element) => element.setSinkId?.(deviceId)));
  }

  #route(element: MediaElementLike): void {
    if (this.#output !== undefined) {
      element.setSinkId?.(this.#output).catch(() => {}); // it was unplugged
    }
  }
}
