import type { Json } from './json.ts';
import type { Publication, RemotePublication } from './publication.ts';
import { UNKNOWN, type ConnectionQuality } from './quality.ts';

/** Somebody in the room. What is known of them is kept up to date by the room. */
export abstract class Participant {
  /** The name, by which others address them; unique in the room. */
  readonly user: string;
  abstract readonly isLocal: boolean;
  /** guest, participant, moderator or admin. */
  readonly role: string | undefined;
  /** What the application wants to be known of them. */
  readonly metadata: Json | undefined;
  /** Since when the hand is up, in milliseconds since 1970; undefined: it is not. */
  readonly handRaisedAt: number | undefined;
  readonly speaking: boolean = false;
  /** How loud they are while they speak, in dB below the loudest sound: -23, say. */
  readonly level: number = -Infinity;
  readonly quality: ConnectionQuality = UNKNOWN;
  /** What they publish, by the stream's name. */
  readonly publications: ReadonlyMap<string, Publication> = new Map();

  constructor(user: string) {
    this.user = user;
  }
}

/** Somebody else. */
export class RemoteParticipant extends Participant {
  readonly isLocal = false;
  declare readonly publications: ReadonlyMap<string, RemotePublication>;
}
