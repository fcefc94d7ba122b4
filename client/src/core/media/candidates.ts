import type { AtriumError } from '../errors.ts';
import type { MediaHost } from '../seam.ts';

/** What the wire calls the two connections. */
export type Connection = 'publisher' | 'subscriber';

/**
 * Sends the candidates of a connection to the server. None comes before its description has gone: events are tasks, and
 * whoever awaits setLocalDescription sends in the microtask before. A lost one is not worth an error.
 */
export function trickle(host: MediaHost, connection: Connection, pc: RTCPeerConnection): void {
  pc.onicecandidate = ({ candidate: found }) => {
    if (found?.candidate) {
      const { candidate, sdpMid, sdpMLineIndex } = found;
      host.call('onIceCandidate', { connection, candidate, sdpMid, sdpMLineIndex }).catch(() => {});
    }
  };
}


/** The session is gone, and with it what was asked for: that is no refusal. */
export const hopeless = (error: unknown): boolean => ['signaling-lost', 'aborted'].includes((error as AtriumError).code);
