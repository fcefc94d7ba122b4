import type { AtriumError } from '../core/errors.ts';

/** Why this browser, or this page, cannot take part in a call; undefined: it can. */
export function environmentProblem(): AtriumError | undefined {
  return undefined;
}
