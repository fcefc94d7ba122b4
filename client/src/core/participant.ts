import type { Json, Writable } from './json.ts';
import type { Publication, RemotePublication } from './publication.ts';
import { UNKNOWN, type ConnectionQuality } from './quality.ts';
import { list, type WireParticipant, type WireStream } from './wire.ts';

/** Somebody in the room. What is known of them is kept up to date by the room. */
export abstract class Participant {
  /** The name, by which others address them; unique in the room. */
  readonly user: string;
  /** Whether this is oneself. */
  abstract readonly isLocal: boolean;
  /** guest, participant, moderator or admin. */
  readonly role: string | undefined;
  /** What one may do, in the words of docs/tokens.md; of others nobody is told. */
  readonly permissions: readonly string[] = [];
  /** What the application wants to be known of them. */
  readonly metadata: Json | undefined;
  /** Since when the hand is up, in milliseconds since 1970; undefined: it is not. */
  readonly handRaisedAt: number | undefined;
  /** Nothing has come from them for some seconds: they come back, or will have left soon. */
  readonly unreachable: boolean = false;
  /** Whether they speak at present. */
  readonly speaking: boolean = false;
  /** How loud they are while they speak, in dB below the loudest sound: -23, say. */
  readonly level: number = -Infinity;
  /** How well they come through. */
  readonly quality: ConnectionQuality = UNKNOWN;
  /** What they publish, by the stream's name. */
  readonly publications: ReadonlyMap<string, Publication> = new Map();
  /**
   * What the server told of streams, by name; of one's own also before they are published: a mute outlives them.
   * @internal
   */
  readonly _streams: Map<string, WireStream> = new Map();

  /** @internal */
  constructor(user: string) {
    this.user = user;
  }

  /** Takes what the server tells; what is absent has not changed. @internal */
  _learn(this: Writable<Participant>, news: WireParticipant): void {
    this.role = news.role ?? this.role;
    this.permissions = Array.isArray(news.permissions) ? news.permissions : this.permissions;
    if ('metadata' in news) {
      this.metadata = news.metadata;
    }
    if (news.handRaised !== undefined) {
      this.handRaisedAt = news.handRaised ? Number(news.handRaisedAt) || Date.now() : undefined;
    }
    this.unreachable = news.unreachable ?? this.unreachable;
    for (const stream of list<WireStream>(news.streams)) {
      this._streams.set(String(stream.id), stream);
      this.publications.get(String(stream.id))?._learn(stream);
    }
  }
}

/** Somebody else. */
export class RemoteParticipant extends Participant {
  readonly isLocal = false;
  declare readonly publications: ReadonlyMap<string, RemotePublication>;
}
