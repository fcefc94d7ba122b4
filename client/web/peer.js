// One RTCPeerConnection: either what we publish or one person we receive. Kurento's protocol never renegotiates, so a
// Peer makes one offer, takes one answer, and is replaced by a new Peer when it fails. Before it fails it tries to find
// another way to the server, which is a restart of ICE.

import { encodingsOf, offerDependencyDescriptor, preferCodec } from './encodings.js';
import { summarise } from './stats.js';

export class Peer {
  /** The remote media, filled track by track. Empty for a publisher without loopback. */
  stream = new MediaStream();

  #pc;
  #negotiate;
  #renew;
  #signal;
  #offered = false;
  #early = []; // our candidates from before the offer was sent
  #waiting = []; // the server's candidates from before its answer
  #settled = Promise.resolve(); // when what was last asked of the senders is done
  #closed = false;

  /**
   * `negotiate(sdpOffer)` sends the offer and resolves with the answer, `renew(sdpOffer)` likewise one that restarts ICE;
   * `signal(candidate)` sends a candidate;
   * `iceServers` are what the server handed out for it, an empty list for most;
   * `tracked(stream)` runs for each remote track; `failed()` once, when the connection is beyond recovery.
   */
  constructor({ negotiate, renew, signal, iceServers = [], tracked = () => {}, failed = () => {} }) {
    this.#negotiate = negotiate;
    this.#renew = renew;
    this.#signal = signal;
    this.#pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle', iceServers });
    this.#pc.onicecandidate = ({ candidate }) => candidate && this.#sendCandidate(candidate);
    this.#pc.ontrack = ({ track }) => {
      this.stream.addTrack(track);
      tracked(this.stream);
    };
    this.#pc.onconnectionstatechange = () => {
      if (this.#pc.connectionState === 'failed' && !this.#closed) {
        failed();
      } else if (this.#pc.connectionState === 'disconnected') {
        this.restart();
      }
    };
  }

  get state() {
    return this.#closed ? 'closed' : this.#pc.connectionState;
  }

  /**
   * Sends the tracks of `media`, of a camera or a `screen`; with `loopback` the server sends them back on the same
   * connection. `codec` and `mode` are those of the address.
   */
  publish(media, { loopback, codec, mode, screen }) {
    const init = { direction: loopback ? 'sendrecv' : 'sendonly', streams: [media] };
    for (const track of media.getAudioTracks()) {
      this.#pc.addTransceiver(track, init);
    }
    for (const track of media.getVideoTracks()) {
      const sendEncodings = encodingsOf(track.getSettings(), { loopback, mode, screen });
      const video = this.#pc.addTransceiver(track, { ...init, sendEncodings });
      preferCodec(video, codec);
      if (mode && codec === 'av1') {
        offerDependencyDescriptor(video);
      }
    }
    this.#settled = this.#offer();
    return this.#settled;
  }

  /** Sends only the encodings that are `active` of a list of {rid, active}; those it does not name stay as they are. */
  activate(layers) {
    this.#settled = this.#settled
      .then(() => this.#activate(new Map(layers.map(({ rid, active }) => [rid, active]))))
      .catch((error) => console.warn('atrium: encodings not changed', error));
  }

  /** Looks for another way to the server. When there is none, or the server cannot, the connection fails as it would. */
  restart() {
    this.#settled = this.#settled
      .then(() => this.#restart())
      .catch((error) => console.warn('atrium: ICE not restarted', error));
    return this.#settled;
  }

  /** Receives one person's sound and picture. */
  subscribe() {
    this.#pc.addTransceiver('audio', { direction: 'recvonly' });
    const video = this.#pc.addTransceiver('video', { direction: 'recvonly' });
    offerDependencyDescriptor(video);
    return this.#offer();
  }

  /** Adds a candidate from the server, at any time after construction. */
  addCandidate(candidate) {
    if (this.#closed) {
      return;
    }
    if (this.#pc.remoteDescription) {
      this.#pc.addIceCandidate(candidate).catch((error) => console.warn('atrium: candidate refused', error));
    } else {
      this.#waiting.push(candidate);
    }
  }

  /** How loud the person is now, 0 to 1. */
  audioLevel() {
    const receiver = this.#pc.getReceivers().find(({ track }) => track?.kind === 'audio');
    return receiver?.getSynchronizationSources()[0]?.audioLevel ?? 0;
  }

  async stats() {
    return summarise(await this.#pc.getStats(), this.state);
  }

  close() {
    this.#closed = true;
    this.#pc.onicecandidate = this.#pc.ontrack = this.#pc.onconnectionstatechange = null;
    this.#pc.close();
  }

  async #offer(ask = this.#negotiate) {
    await this.#pc.setLocalDescription();
    if (this.#closed) {
      return;
    }
    const answered = ask(this.#pc.localDescription.sdp);
    this.#offered = true;
    this.#early.splice(0).forEach(this.#signal);
    const answer = await answered;
    if (this.#closed) {
      return;
    }
    await this.#pc.setRemoteDescription({ type: 'answer', sdp: answer });
    for (const candidate of this.#waiting.splice(0)) {
      this.addCandidate(candidate);
    }
  }

  async #restart() {
    if (this.#closed || !this.#pc.remoteDescription || this.#pc.signalingState !== 'stable') {
      return; // what is being negotiated begins on the new path anyway
    }
    this.#offered = false; // candidates are of use to the server after the offer only
    this.#pc.restartIce();
    try {
      await this.#offer(this.#renew);
    } catch (error) {
      if (!this.#closed && this.#pc.signalingState === 'have-local-offer') {
        await this.#pc.setLocalDescription({ type: 'rollback' });
      }
      throw error;
    }
  }

  async #activate(wanted) {
    const sender = this.#pc.getSenders().find(({ track }) => track?.kind === 'video');
    if (this.#closed || !sender) {
      return;
    }
    const parameters = sender.getParameters();
    const changed = parameters.encodings.filter(({ rid, active }) => wanted.has(rid) && wanted.get(rid) !== active);
    for (const encoding of changed) {
      encoding.active = wanted.get(encoding.rid);
    }
    if (changed.length > 0) {
      await sender.setParameters(parameters);
    }
  }

  #sendCandidate(candidate) {
    if (this.#offered) {
      this.#signal(candidate);
    } else {
      this.#early.push(candidate);
    }
  }
}
