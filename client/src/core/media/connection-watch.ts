import type { Platform } from '../platform.ts';

const SILENCE = 2_000; // ms; a moment of 'disconnected' is mostly a moment
const AGAIN = 6_000;

/**
 * Restarts ICE of a connection that has lost its way: 2 s after `disconnected`, at once when `failed`, and again every 6 s
 * until it is connected.
 */
export class ConnectionWatch {
  /** It was connected once. */
  established = false;
  #platform: Platform;
  #pc: RTCPeerConnection;
  #restart: () => void;
  #changed: (state: RTCPeerConnectionState) => void;
  #timer: unknown;

  /** `changed` hears that it is connected, and when ICE is restarted because it is not. */
  constructor(platform: Platform, pc: RTCPeerConnection, restart: () => void, changed: (state: RTCPeerConnectionState) => void) {
    this.#platform = platform;
    this.#pc = pc;
    this.#restart = restart;
    this.#changed = changed;
    pc.onconnectionstatechange = () => this.#see();
  }

  /** Restarts now if it has lost its way, or even if nothing is known of that: the network is another one. */
  now(even: boolean): void {
    const { connectionState: state } = this.#pc;
    if (even ? state !== 'new' : state === 'disconnected' || state === 'failed') {
      this.#act();
    }
  }

  stop(): void {
    this.#pc.onconnectionstatechange = null;
    this.#platform.clearTimeout(this.#timer);
  }

  #see(): void {
    const state = this.#pc.connectionState;
    if (state === 'disconnected') {
      this.#after(SILENCE);
    } else if (state === 'failed') {
      this.#act();
    } else if (state === 'connected') {
      this.established = true;
      this.#platform.clearTimeout(this.#timer);
      this.#changed(state);
    }
  }

  #act(): void {
    this.#after(AGAIN);
    const { connectionState: state } = this.#pc;
    if (state !== 'connected') {
      this.#changed(state);
    }
    this.#restart();
  }

  #after(ms: number): void {
    this.#platform.clearTimeout(this.#timer);
    this.#timer = this.#platform.setTimeout(() => this.#pc.connectionState === 'connected' || this.#act(), ms);
  }
}
