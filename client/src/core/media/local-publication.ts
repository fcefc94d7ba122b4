import type { AtriumError } from '../errors.ts';
import { Publication } from '../publication.ts';
import type { LocalParticipant } from './local-participant.ts';

/** A stream of one's own. */
export class LocalPublication extends Publication {
  declare readonly participant: LocalParticipant;
  readonly audioTrack: MediaStreamTrack | undefined;
  readonly videoTrack: MediaStreamTrack | undefined;
  /** The encodings, smallest first, and whether they are sent at present. */
  readonly layers: readonly { rid: string; active: boolean }[] = [];
  readonly codec: string | undefined;
  /** What could not be captured: the other kind is published alone. */
  readonly problems: readonly AtriumError[] = [];

  /** Sends another track in place of the one of that kind, or none, without negotiation. */
  replaceTrack(_kind: 'audio' | 'video', _track: MediaStreamTrack | null): Promise<void> {
    throw new Error('not yet');
  }
}
