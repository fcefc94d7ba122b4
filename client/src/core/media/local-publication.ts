import type { Writable } from '../json.ts';
import type { AtriumError } from '../errors.ts';
import type { PublishOptions } from '../options.ts';
import { Publication } from '../publication.ts';
import type { WireStream } from '../wire.ts';
import { Deferred } from './deferred.ts';
import type { LocalParticipant } from './local-participant.ts';

/** Sound or picture. */
export type Kind = 'audio' | 'video';
export const KINDS: readonly Kind[] = ['audio', 'video'];

/** A stream of one's own. */
export class LocalPublication extends Publication {
  declare readonly participant: LocalParticipant;
  /** The microphone's, also while it is off. */
  readonly audioTrack: MediaStreamTrack | undefined;
  /** The camera's; undefined while it is off. */
  readonly videoTrack: MediaStreamTrack | undefined;
  /** The encodings, smallest first, and whether they are sent at present. */
  readonly layers: readonly { rid: string; active: boolean }[] = [];
  /** Of the picture: `vp8`, say; undefined until it is negotiated. */
  readonly codec: string | undefined;
  /** What could not be captured, or was lost: the other kind is published alone. */
  readonly problems: readonly AtriumError[] = [];
  /** @internal */
  readonly _options: PublishOptions;
  /** RIDs that nobody watches. @internal */
  _unwatched: ReadonlySet<string> = new Set();
  /** When the server has it. @internal */
  readonly _published: Deferred = new Deferred();
  /** Somebody waits for that, and is told by it when it fails. @internal */
  _awaited = false;

  /** @internal */
  constructor(participant: LocalParticipant, stream: string, options: PublishOptions) {
    super(participant, stream);
    this._options = options;
  }

  /** Sends another track in place of the one of that kind, or none, without negotiation. */
  replaceTrack(kind: Kind, track: MediaStreamTrack | null): Promise<void> {
    return this.participant._replace(this, kind, track ?? undefined);
  }

  /** What is off is for oneself to say. @internal */
  override _learn(this: Writable<LocalPublication>, { audioMuted, videoMuted }: WireStream): void {
    this.audioMuted = !!audioMuted;
    this.videoMuted = !!videoMuted;
  }

  /** The track of that kind. @internal */
  _track(kind: Kind): MediaStreamTrack | undefined {
    return kind === 'audio' ? this.audioTrack : this.videoTrack;
  }

  /** What is to be sent. @internal */
  _sent(kind: Kind): MediaStreamTrack | null {
    const off = kind === 'audio' ? this.audioOff : this.videoOff;
    return (!off && this._track(kind)) || null;
  }

  /** Has this track from here on, `on` or off. @internal */
  _set(this: Writable<LocalPublication>, kind: Kind, track: MediaStreamTrack | undefined, on: boolean): void {
    if (kind === 'audio') {
      this.audioTrack = track;
      this.audioOff = !track || !on;
    } else {
      this.videoTrack = track;
      this.videoOff = !track || !on;
    }
  }

  /** Takes what the sender of the picture does now. @internal */
  _encoded(this: Writable<LocalPublication>, { encodings, codecs }: RTCRtpSendParameters): void {
    this.layers = encodings.map(({ rid = '', active = true }) => ({ rid, active }));
    this.codec = codecs?.[0]?.mimeType.slice(6).toLowerCase();
  }
}
