/** What can go wrong, for programs. */
export type AtriumErrorCode =
  | 'permission-denied' // the browser, or the person, does not give the device
  | 'device-not-found'
  | 'device-in-use'
  | 'insecure-origin' // no devices on http://
  | 'not-supported'
  | 'unreachable' // no socket to the server
  | 'signaling-lost' // the socket broke, and with it the answer
  | 'media-blocked' // neither UDP nor TCP gets through: ICE failed
  | 'token-refused'
  | 'not-permitted'
  | 'room-locked'
  | 'room-full'
  | 'room-not-found'
  | 'room-closed'
  | 'name-taken'
  | 'banned'
  | 'denied' // by a moderator, in the lobby
  | 'evicted'
  | 'codec-unsupported'
  | 'timeout'
  | 'server-error'
  | 'aborted'; // by the application's own leave() or unpublish()

/** An error of the SDK. `message` is a sentence for the person in the call, with what to do where something can be done. */
export class AtriumError extends Error {
  readonly code: AtriumErrorCode;
  /** The code of docs/protocol.md, when the server said so. */
  readonly wireCode?: number | undefined;

  constructor(code: AtriumErrorCode, options: { text?: string; wireCode?: number | undefined; cause?: unknown } = {}) {
    super(options.text ?? code, { cause: options.cause });
    this.name = 'AtriumError';
    this.code = code;
    this.wireCode = options.wireCode;
  }
}
