import type { RemotePublication } from '../publication.ts';
import type { Priority, RemoteTrack } from './remote-track.ts';
import type { ReceiveStatistics } from './statistics.ts';

/** How a picture is shown, see `setVideoPreferences` in docs/protocol.md. */
export interface VideoPreference {
  /** Device pixels; absent: no limit. */
  maxWidth?: number;
  maxHeight?: number;
  priority?: Priority | 'hidden';
  prefer?: 'sharpness' | 'motion' | 'balanced';
}

/** How a stream of somebody is received. */
export class Subscription {
  readonly publication: RemotePublication;
  readonly audio: RemoteTrack | undefined;
  readonly video: RemoteTrack | undefined;
  readonly state: 'requested' | 'active' | 'paused' | 'ended' = 'requested';
  /** Why there is no picture for now, for people. */
  readonly pausedText: string | undefined;

  /** @internal */
  constructor(publication: RemotePublication) {
    this.publication = publication;
  }

  /** Asks for a picture by hand; in place of what `adaptive` asks for, until `prefer(undefined)`. */
  prefer(_preference: VideoPreference | undefined): void {
    throw new Error('not yet');
  }

  /** The largest size that is wanted, counted from the smallest, 0; undefined: no limit. */
  setLayer(_spatial: number | undefined): void {
    throw new Error('not yet');
  }

  statistics(): Promise<ReceiveStatistics> {
    throw new Error('not yet');
  }
}
