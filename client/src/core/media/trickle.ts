import type { MediaHost } from '../seam.ts';

/**
 * Sends the candidates of a connection to the server, none before its description was (`open`). A lost one is not worth
 * an error: others arrive, or ICE is restarted.
 */
export class Trickle {
  #send: (candidate: RTCIceCandidate) => void;
  #early: RTCIceCandidate[] | undefined = [];

  constructor(host: MediaHost, connection: 'publisher' | 'subscriber', pc: RTCPeerConnection) {
    this.#send = ({ candidate, sdpMid, sdpMLineIndex }) => {
      host.call('onIceCandidate', { connection, candidate, sdpMid, sdpMLineIndex }).catch(() => {});
    };
    pc.onicecandidate = ({ candidate }) => {
      if (candidate?.candidate) {
        this.#early ? this.#early.push(candidate) : this.#send(candidate);
      }
    };
  }

  /** A new description is being made: its candidates wait. */
  hold(): void {
    this.#early ??= [];
  }

  /** The description is on its way. */
  open(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    early.forEach(this.#send);
  }
}
