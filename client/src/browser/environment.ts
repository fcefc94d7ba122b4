import { AtriumError } from '../core/errors.ts';

/** Why this browser, or this page, cannot take part in a call; undefined: it can. */
export function environmentProblem(): AtriumError | undefined {
  if (typeof RTCPeerConnection === 'undefined') {
    return new AtriumError('not-supported');
  }
  if (!isSecureContext || !navigator.mediaDevices) {
    return new AtriumError(isSecureContext ? 'not-supported' : 'insecure-origin');
  }
  return undefined;
}
