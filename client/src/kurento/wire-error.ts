import { AtriumError } from '../core/errors.ts';

/** An error as callbacks and `error-room` of the old client had it: as it came over the wire. */
export interface WireError {
  /** Of docs/protocol.md; -1 when the server said nothing. */
  code: number;
  message: string;
}

export function wireError(error: unknown): WireError {
  const code = error instanceof AtriumError ? error.wireCode : undefined;
  return { code: code ?? -1, message: error instanceof Error ? error.message : String(error) };
}
