import type { Platform } from '../core/platform.ts';

/** The platform of browsers. */
export function browserPlatform(): Platform {
  throw new Error('not yet');
}
