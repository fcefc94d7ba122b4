import type { Kind, LocalPublication } from './local-publication.ts';

/** The tracks that the SDK has captured, and must stop; those it was given it never stops. */
export class Tracks {
  #captured = new Set<MediaStreamTrack>();

  /** It was captured by the SDK. */
  own(track: MediaStreamTrack | undefined): void {
    if (track) {
      this.#captured.add(track);
    }
  }

  owns(track: MediaStreamTrack | undefined): boolean {
    return this.#captured.has(track!);
  }

  /** Lets go of the device. */
  stop(track: MediaStreamTrack | undefined): void {
    if (this.#captured.delete(track!)) {
      track!.stop();
    }
  }

  stopAll(publication: LocalPublication): void {
    this.stop(publication.audioTrack);
    this.stop(publication.videoTrack);
  }
}

/** Gives a publication a track. Calls `ended` when that ends by itself: "stop sharing", a device that was unplugged. */
export function adopt(publication: LocalPublication, kind: Kind, track: MediaStreamTrack | undefined, on: boolean, ended: () => void): void {
  const { contentHint } = publication._options;
  publication._set(kind, track, on);
  if (track && kind === 'audio') {
    track.enabled &&= on;
  } else if (track && contentHint) {
    track.contentHint = contentHint;
  }
  track?.addEventListener('ended', () => publication._track(kind) === track && ended(), { once: true });
}
