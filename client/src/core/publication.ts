import type { Writable } from './json.ts';
import type { Media } from './seam.ts';
import type { Participant, RemoteParticipant } from './participant.ts';
import type { Subscription } from './media/subscription.ts';
import type { WireStream } from './wire.ts';

/** What somebody publishes under one name: at most one sound and one picture, which belong together. */
export abstract class Publication {
  /** Who publishes it. */
  readonly participant: Participant;
  /** Its name: `webcam`, `screen`, or what the application has chosen. */
  readonly stream: string;
  /** Whether it has sound at all; taken for granted until that is known. */
  readonly hasAudio: boolean = true;
  /** Whether it has a picture at all; likewise. */
  readonly hasVideo: boolean = true;
  /** The sound is switched off by the one who publishes. */
  readonly audioOff: boolean = false;
  /** The picture is switched off by the one who publishes. */
  readonly videoOff: boolean = false;
  /** The sound is muted by a moderator. */
  readonly audioMuted: boolean = false;
  /** The picture is muted by a moderator. */
  readonly videoMuted: boolean = false;

  /** @internal */
  constructor(participant: Participant, stream: string) {
    this.participant = participant;
    this.stream = stream;
    this._learn(participant._streams.get(stream) ?? {});
  }

  /** Takes what the server tells; what is absent is not so. What one sends oneself, one knows better. @internal */
  _learn(this: Writable<Publication>, { audio, video, audioOff, videoOff, audioMuted, videoMuted }: WireStream): void {
    if (!this.participant.isLocal) {
      this.hasAudio = audio ?? this.hasAudio;
      this.hasVideo = video ?? this.hasVideo;
      this.audioOff = !!audioOff;
      this.videoOff = !!videoOff;
    }
    this.audioMuted = !!audioMuted;
    this.videoMuted = !!videoMuted;
  }

  /** What it shows, by its name. */
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
