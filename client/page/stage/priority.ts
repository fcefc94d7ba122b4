// How dear each picture is, for the server when a connection does not carry all of them at their best.

import type { Priority } from '../../src/index.ts';
import type { Role } from './scene.ts';

/** What decides. */
export interface Standing {
  readonly role: Role;
  readonly screen: boolean;
  readonly pinned: boolean;
  /** Their user has the floor. */
  readonly dominant: boolean;
}

/** The word of the protocol for a picture. */
export function priorityOf({ role, screen, pinned, dominant }: Standing): Priority {
  if (pinned || (role === 'large' && screen)) {
    return 'pinned';
  }
  if (dominant || role === 'large') {
    return 'speaker';
  }
  return role === 'small' ? 'thumbnail' : 'normal';
}
