import type { Media } from './seam.ts';
import type { Participant, RemoteParticipant } from './participant.ts';
import type { Subscription } from './media/subscription.ts';

/** What somebody publishes under one name: at most one sound and one picture, which belong together. */
export abstract class Publication {
  readonly participant: Participant;
  /** Its name: `webcam`, `screen`, or what the application has chosen. */
  readonly stream: string;
  readonly hasAudio: boolean = true;
  readonly hasVideo: boolean = true;
  /** Switched off by the one who publishes. */
  readonly audioOff: boolean = false;
  readonly videoOff: boolean = false;
  /** Muted by a moderator. */
  readonly audioMuted: boolean = false;
  readonly videoMuted: boolean = false;

  constructor(participant: Participant, stream: string) {
    this.participant = participant;
    this.stream = stream;
  }

  get source(): 'camera' | 'screen' | 'other' {
    return this.stream === 'webcam' ? 'camera' : this.stream === 'screen' ? 'screen' : 'other';
  }

  /** How the wire names it: `<user>_<stream>`. */
  get sender(): string {
    return `${this.participant.user}_${this.stream}`;
  }
}

/** A stream of somebody else. */
export class RemotePublication extends Publication {
  declare readonly participant: RemoteParticipant;
  /** How it is received; undefined when it is not. */
  readonly subscription: Subscription | undefined;
  #media: Media;

  /** @internal */
  constructor(participant: RemoteParticipant, stream: string, media: Media) {
    super(participant, stream);
    this.#media = media;
  }

  /** Receives it. With `autoSubscribe` that has been done already. Rejects when it cannot be received. */
  subscribe(): Promise<void> {
    return this.#media.subscribe(this);
  }

  /** Receives it no longer, until the next {@link subscribe}. */
  unsubscribe(): Promise<void> {
    return this.#media.unsubscribe(this);
  }
}
