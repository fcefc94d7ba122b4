import type { Media, MediaHost } from '../seam.ts';

/** The media of a room. */
export function createMedia(_host: MediaHost): Media {
  throw new Error('not yet');
}
