// Tracks of the fake room: attached to elements at once, with nothing in between.

import type { MediaElementLike, Priority, RemotePublication, RemoteTrack } from '../../src/index.ts';

/** Stands for a RemoteTrack. */
export class FakeTrack {
  readonly kind: 'audio' | 'video';
  readonly publication: RemotePublication;
  readonly track: MediaStreamTrack;
  readonly elements = new Set<MediaElementLike>();
  priority: Priority = 'normal';

  constructor(publication: RemotePublication, track: MediaStreamTrack) {
    this.publication = publication;
    this.track = track;
    this.kind = track.kind as 'audio' | 'video';
  }

  attach(element: MediaElementLike): void {
    this.elements.add(element);
    element.srcObject = new MediaStream([this.track]);
  }

  detach(element?: MediaElementLike): void {
    for (const attached of element ? [element] : [...this.elements]) {
      attached.srcObject = null;
      this.elements.delete(attached);
    }
  }

  /** As what it stands for. */
  get remote(): RemoteTrack {
    return this as unknown as RemoteTrack;
  }
}
