// A Peer for each stream: those that one publishes, and those that one receives.

import { Code } from './messages.js';
import { Peer } from './peer.js';
import { RpcError } from './rpc.js';
import { parseSender, senderOf, WEBCAM } from './stream.js';

const AGAIN_DELAY = 1_000; // ms

export class Connections {
  /** As the server handed them out at the join. */
  iceServers = [];

  #self;
  #line;
  #sending;
  #alive;
  #emit;
  #peers = new Map(); // sender -> Peer
  #media = new Map(); // stream -> MediaStream, of what is published

  /** `sending` is for Peer.publish, `alive()` says whether one is in the room, `emit(type, detail)` makes a Room's events. */
  constructor({ self, line, sending, alive, emit }) {
    this.#self = self;
    this.#line = line;
    this.#sending = sending;
    this.#alive = alive;
    this.#emit = emit;
  }

  get(user, stream = WEBCAM) {
    return this.#peers.get(senderOf(user, stream));
  }

  /** All of them, as [{user, stream, peer}]. */
  list() {
    return [...this.#peers].map(([sender, peer]) => ({ ...parseSender(sender), peer }));
  }

  /** Publishes `media`, now and after each rejoin; null ends that. */
  async offer(stream, media) {
    if (media) {
      this.#media.set(stream, media);
      await (this.#alive() && this.#publish(stream));
    } else if (this.#media.delete(stream)) {
      this.close(this.#self, stream);
      await this.#withdraw(stream);
    }
  }

  publishAll() {
    for (const stream of this.#media.keys()) {
      this.#publish(stream);
    }
  }

  async subscribe(user, stream) {
    this.#emit('receiving', { user, stream });
    const peer = this.#open(user, stream, {
      method: 'receiveVideoFrom',
      params: { sender: senderOf(user, stream) },
      again: () => this.subscribe(user, stream),
    });
    try {
      await peer.subscribe();
    } catch (error) {
      const stopped = error instanceof RpcError && error.code === Code.notStreaming;
      if (this.#interrupted(user, stream, peer) && !stopped) {
        this.#emit('unreceivable', { user, stream, error });
      }
    }
  }

  /** After the line was lost: what was being negotiated begins anew, and media may have been lost together with it. */
  mend(streams) {
    for (const { user, stream } of streams) {
      if (!this.get(user, stream)) {
        this.subscribe(user, stream);
      }
    }
    for (const stream of this.#media.keys()) {
      if (!this.get(this.#self, stream)) {
        this.#republish(stream);
      }
    }
    for (const peer of this.#peers.values()) {
      if (peer.state === 'disconnected') {
        peer.restart();
      }
    }
  }

  candidate({ endpointName, stream, candidate, sdpMid, sdpMLineIndex }) {
    this.get(endpointName, stream)?.addCandidate({ candidate, sdpMid, sdpMLineIndex });
  }

  close(user, stream = WEBCAM) {
    this.get(user, stream)?.close();
    this.#peers.delete(senderOf(user, stream));
  }

  closeAll() {
    for (const { user, stream } of this.list()) {
      this.close(user, stream);
    }
  }

  async #publish(stream) {
    const peer = this.#open(this.#self, stream, {
      method: 'publishVideo',
      params: { doLoopback: this.#sending.loopback && stream === WEBCAM, ...named(stream) },
      again: () => this.#republish(stream),
    });
    try {
      await peer.publish(this.#media.get(stream), { ...this.#sending, screen: stream !== WEBCAM });
    } catch (error) {
      if (this.#interrupted(this.#self, stream, peer)) {
        this.#emit('unpublishable', { stream, error });
      }
    }
  }

  async #republish(stream) {
    await this.#withdraw(stream);
    if (this.#media.has(stream)) {
      await this.#publish(stream);
    }
  }

  async #withdraw(stream) {
    await this.#line.call('unpublishVideo', named(stream)).catch(() => {});
  }

  // Clears away a peer whose negotiation failed. Whether that is news: not when it was replaced, not when we are
  // without a connection anyway.
  #interrupted(user, stream, peer) {
    if (this.get(user, stream) !== peer) {
      return false;
    }
    this.close(user, stream);
    return this.#alive();
  }

  // Puts a new Peer in place. `again` makes another one when the connection fails for good.
  #open(user, stream, { method, params, again }) {
    this.close(user, stream);
    const ask = async (name, details) => (await this.#line.call(name, details)).sdpAnswer;
    const endpoint = { endpointName: user, stream };
    const peer = new Peer({
      iceServers: this.iceServers,
      negotiate: (sdpOffer) => ask(method, { ...params, sdpOffer }),
      renew: (sdpOffer) => ask('restartIce', { ...endpoint, sdpOffer }),
      signal: ({ candidate, sdpMid, sdpMLineIndex }) => {
        // A lost candidate is not worth an error: others reach the server, or the connection fails and is replaced.
        this.#line.call('onIceCandidate', { ...endpoint, candidate, sdpMid, sdpMLineIndex }).catch(() => {});
      },
      tracked: (media) => this.#emit('track', { user, stream, media }),
      failed: () => setTimeout(() => this.#alive() && this.get(user, stream) === peer && again(), AGAIN_DELAY),
    });
    this.#peers.set(senderOf(user, stream), peer);
    return peer;
  }
}

const named = (stream) => (stream === WEBCAM ? {} : { stream });
