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

/** Calls when the track ends by itself: the browser's "stop sharing", a device that was unplugged. */
export function onEnded(publication: LocalPublication, kind: Kind, fn: () => void): void {
  const track = publication._track(kind);
  track?.addEventListener('ended', () => publication._track(kind) === track && fn(), { once: true });
}
