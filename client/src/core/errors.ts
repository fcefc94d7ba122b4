/** What can go wrong, for programs. */
export type AtriumErrorCode = keyof typeof SENTENCES | 'server-error' | 'not-permitted' | 'banned' | 'room-locked' | 'room-full' | 'room-not-found';

/** What can go wrong, for people. Where the server's own sentence says more there is none. */
const SENTENCES = {
  /** The browser, or the person, does not give the device. */
  'permission-denied': 'The browser does not let this page use the device. Allow it in the address bar.',
  'device-not-found': 'No such device was found. Connect one.',
  'device-in-use': 'Another application uses the device. Close it.',
  'insecure-origin': 'Browsers give camera and microphone only to pages at https://.',
  'not-supported': 'This browser cannot do that. Try another one.',
  /** There is no socket to the server. */
  unreachable: 'The server cannot be reached. Check your network.',
  /** The socket broke, and with it the answer. */
  'signaling-lost': 'The connection was lost. Try again.',
  /** Neither UDP nor TCP gets through. */
  'media-blocked': 'Your network blocks sound and picture. Try another one.',
  'token-refused': 'Your invitation is not valid. Ask for another one.',
  'room-closed': 'The room was closed.',
  'name-taken': 'Somebody has this name. Choose another one.',
  /** By a moderator, in the lobby. */
  denied: 'A moderator did not let you in.',
  evicted: 'A moderator removed you.',
  'codec-unsupported': 'This browser cannot play that. Try another one.',
  timeout: 'The server did not answer. Try again.',
  /** By the application's own leave() or unpublish(). */
  aborted: 'Cancelled.',
};

/** An error of the SDK. `message` is a sentence for the person in the call, with what to do where something can be done. */
export class AtriumError extends Error {
  readonly code: AtriumErrorCode;
  /** The code of docs/protocol.md, when it was the server that said so. */
  readonly wireCode: number | undefined;

  /** `text` is said in place of the code's own sentence; a cause that is a sentence, where there is none. */
  constructor(code: AtriumErrorCode, options: { text?: string; wireCode?: number; cause?: unknown } = {}) {
    super(options.text || (SENTENCES as Record<string, string>)[code] || String(options.cause ?? code), options);
    this.name = 'AtriumError';
    this.code = code;
    this.wireCode = options.wireCode;
  }
}

const WIRE: Record<number, AtriumErrorCode> = {
  104: 'name-taken',
  201: 'room-full',
  202: 'room-not-found',
  203: 'room-closed',
  302: 'codec-unsupported',
  401: 'token-refused',
  403: 'not-permitted',
  423: 'room-locked',
};

/** The error that the server's answer means. */
export function fromWire(error: { code?: unknown; message?: unknown }): AtriumError {
  const wireCode = Number(error.code);
  const cause = String(error.message ?? '');
  const banned = wireCode === 403 && cause.includes('may not come into');
  const code = banned ? 'banned' : (WIRE[wireCode] ?? 'server-error');
  return new AtriumError(code, { wireCode, cause });
}
