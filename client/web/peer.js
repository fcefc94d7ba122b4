// One RTCPeerConnection: either what we publish or one person we receive. Kurento's protocol never renegotiates, so a
// Peer makes one offer, takes one answer, and is replaced by a new Peer when it fails.

import { summarise } from './stats.js';

const DEPENDENCY_DESCRIPTOR =
  'https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension';

export class Peer {
  /** The remote media, filled track by track. Empty for a publisher without loopback. */
  stream = new MediaStream();

  #pc;
  #negotiate;
  #signal;
  #offered = false;
  #early = []; // our candidates from before the offer was sent
  #waiting = []; // the server's candidates from before its answer
  #closed = false;

  /**
   * `negotiate(sdpOffer)` sends the offer and resolves with the answer; `signal(candidate)` sends a candidate;
   * `tracked(stream)` runs for each remote track; `failed()` once, when the connection is beyond recovery.
   */
  constructor({ negotiate, signal, tracked = () => {}, failed = () => {} }) {
    this.#negotiate = negotiate;
    this.#signal = signal;
    this.#pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
    this.#pc.onicecandidate = ({ candidate }) => candidate && this.#sendCandidate(candidate);
    this.#pc.ontrack = ({ track }) => {
      this.stream.addTrack(track);
      tracked(this.stream);
    };
    this.#pc.onconnectionstatechange = () => {
      if (this.#pc.connectionState === 'failed' && !this.#closed) {
        failed();
      }
    };
  }

  get state() {
    return this.#closed ? 'closed' : this.#pc.connectionState;
  }

  /** Sends the tracks of `media`; with `loopback` the server sends them back on the same connection. */
  publish(media, loopback) {
    const direction = loopback ? 'sendrecv' : 'sendonly';
    for (const track of [...media.getAudioTracks(), ...media.getVideoTracks()]) {
      this.#pc.addTransceiver(track, { direction, streams: [media] });
    }
    return this.#offer();
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

  async #offer() {
    await this.#pc.setLocalDescription();
    if (this.#closed) {
      return;
    }
    const answered = this.#negotiate(this.#pc.localDescription.sdp);
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

  #sendCandidate(candidate) {
    if (this.#offered) {
      this.#signal(candidate);
    } else {
      this.#early.push(candidate);
    }
  }
}

// A receiving Chromium leaves this extension out unless asked, and then decodes nothing of scalable AV1.
function offerDependencyDescriptor(transceiver) {
  if (!transceiver.setHeaderExtensionsToNegotiate) {
    return;
  }
  const extensions = transceiver.getHeaderExtensionsToNegotiate();
  for (const extension of extensions) {
    if (extension.uri === DEPENDENCY_DESCRIPTOR) {
      extension.direction = 'sendrecv';
    }
  }
  transceiver.setHeaderExtensionsToNegotiate(extensions);
}
