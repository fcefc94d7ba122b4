import type { RemoteTrack } from '../core/media/remote-track.ts';
import type { RemotePublication } from '../core/publication.ts';
import type { Room as SdkRoom } from '../core/room.ts';

/** How a stream of somebody else is received: what the SDK has of it, under the names that the page uses. */
export class Reception {
  #sdk: SdkRoom;
  #user: () => string | undefined;
  #id: string;
  #stream: MediaStream | undefined;

  constructor(sdk: SdkRoom, user: () => string | undefined, id: string) {
    this.#sdk = sdk;
    this.#user = user;
    this.#id = id;
  }

  /** Sound and picture, as far as they have come. */
  get tracks(): RemoteTrack[] {
    const { audio, video } = this.#publication?.subscription ?? {};
    return [audio, video].filter((track) => track !== undefined);
  }

  /** Whether all that is published has come. */
  get complete(): boolean {
    const publication = this.#publication;
    const { audio, video } = publication?.subscription ?? {};
    return publication !== undefined && (!publication.hasAudio || !!audio) && (!publication.hasVideo || !!video);
  }

  /** Both as one stream: the same object always, whose tracks change when a connection is replaced. */
  get stream(): MediaStream | undefined {
    const tracks = this.tracks.map(({ track }) => track);
    if (tracks.length === 0) {
      return this.#stream;
    }
    const stream = (this.#stream ??= new MediaStream());
    stream.getTracks().filter((track) => !tracks.includes(track)).forEach((track) => stream.removeTrack(track));
    tracks.forEach((track) => stream.addTrack(track));
    return stream;
  }

  subscribe(): void {
    const publication = this.#publication;
    if (publication && !publication.subscription) {
      publication.subscribe().catch(() => {}); // the room hears of it: subscriptionFailed
    }
  }

  unsubscribe(): void {
    this.#publication?.unsubscribe().catch(() => {}); // gone with its publisher
  }

  get #publication(): RemotePublication | undefined {
    return this.#sdk.participants.get(this.#user() ?? '')?.publications.get(this.#id);
  }
}
