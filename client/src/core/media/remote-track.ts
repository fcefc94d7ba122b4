import type { MediaElementLike } from '../platform.ts';
import type { RemotePublication } from '../publication.ts';

/** What is dear to the person who watches; the least dear is paused first. */
export type Priority = 'pinned' | 'speaker' | 'normal' | 'thumbnail';

/** Sound or picture of somebody, as it is received. The object stays the same when connections are replaced. */
export class RemoteTrack {
  readonly kind: 'audio' | 'video';
  readonly publication: RemotePublication;
  /** Another one after a connection was replaced; attached elements are told. */
  readonly track: MediaStreamTrack;
  priority: Priority = 'normal';

  /** @internal */
  constructor(publication: RemotePublication, track: MediaStreamTrack) {
    this.publication = publication;
    this.track = track;
    this.kind = track.kind as 'audio' | 'video';
  }

  /** Shows or plays it in the element. With `adaptive` its size and visibility decide what is asked for. */
  attach(_element: MediaElementLike): void {
    throw new Error('not yet');
  }

  /** Takes it out of the element, or of all. */
  detach(_element?: MediaElementLike): void {
    throw new Error('not yet');
  }
}
