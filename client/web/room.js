// A stay in one room: the Kurento Room protocol, who is here, and a Peer for each stream. Knows nothing of the page.

import { Backoff } from './backoff.js';
import { Code } from './messages.js';
import { Peer } from './peer.js';
import { ConnectionError, Rpc, RpcError } from './rpc.js';

const STREAM = 'webcam'; // the only stream a person has in this protocol
const LEAVE_TIMEOUT = 2_000;
const SAME_NAME_PATIENCE = 20_000; // our own dead session may still hold the name for its grace period
const RESUBSCRIBE_DELAY = 1_000;

/**
 * Events (CustomEvent, `detail` in braces):
 *   arrived {user, before}: `before` when they were there first, left {user}, published {user}, unpublished {user}, unreceivable {user, error},
 *   track {user, stream}: remote media is there; for `user` equal to one's own name it is the loopback,
 *   receiving {user}: a new connection to them begins, paused {user, text}: the server sends no picture for now, and says why, resumed {user},
 *   speakers {dominant, speakers}: names; nobody may be dominant,
 *   message {user, text}, reconnecting {}, reconnected {resumed}, ended {reason, error}, mediaproblem {text}
 * `reason` is 'evicted', 'closed' or 'refused'.
 */
export class Room extends EventTarget {
  /** 'new', 'joining', 'joined', 'reconnecting', 'left' */
  state = 'new';
  /** user -> {publishing}; the others, not oneself */
  participants = new Map();
  /** user -> Peer; one's own publishing connection is under one's own name */
  peers = new Map();

  #url;
  #rpc = null;
  #sessionId = null;
  #media = null;
  #sending; // how to publish, see Peer.publish
  #iceServers = []; // as the server handed them out at the join
  #backoff = new Backoff();
  #unknown = new Set(); // methods that this server does not know

  constructor({ url, room, user, loopback = false, codec = 'vp8', mode }) {
    super();
    this.#url = url;
    this.name = room;
    this.user = user;
    this.#sending = { loopback, codec, mode };
  }

  /** Joins and starts to receive everybody. Rejects with RpcError or ConnectionError, and is then over. */
  async join() {
    this.state = 'joining';
    try {
      const rpc = await this.#connect();
      await this.#enter(rpc);
    } catch (error) {
      this.#stop();
      throw error;
    }
  }

  /** Publishes the tracks of `media`, now and after each rejoin. Does nothing when there are none. */
  async publish(media) {
    this.#media = media.getTracks().length > 0 ? media : null;
    if (this.state === 'joined') {
      await this.#publish();
    }
  }

  async send(text) {
    await this.#rpc.call('sendMessage', { message: text, userMessage: this.user, roomMessage: this.name });
  }

  /** Asks for at most this layer of a person's picture, 0 the smallest; a new connection to them begins without limit. */
  async preferLayer(user, spatialLayer) {
    await this.#callOwn('setPreferredLayers', { sender: sender(user), spatialLayer });
  }

  /**
   * Tells how a person's picture is shown: {maxWidth, maxHeight, priority}, see the protocol. Answers whether the server
   * knows such wishes. They last as long as the connection to that person.
   */
  async prefer(user, preference) {
    return (await this.#callOwn('setVideoPreferences', { sender: sender(user), ...preference })) !== null;
  }

  /** Tells what was measured of a person's stream; a server that does not want to know is left alone. */
  async report(user, statistics) {
    await this.#callOwn('reportStatistics', { sender: sender(user), ...statistics });
  }

  /** Answers how well everybody is received, as the server sees it: a Map from user to tracks; empty when it does not. */
  async quality() {
    const { streams = [] } = (await this.#callOwn('getQuality')) ?? {};
    return new Map(streams.map(({ sender: stream, tracks }) => [userOf(stream), tracks]));
  }

  /** Leaves politely, waiting for the server's answer no longer than two seconds. */
  async leave() {
    const rpc = this.#rpc;
    const joined = this.state === 'joined';
    this.state = 'left';
    this.#rpc = null;
    if (joined) {
      await rpc.call('leaveRoom', undefined, LEAVE_TIMEOUT).catch(() => {});
    }
    rpc?.close();
    this.#stop();
  }

  /** Leaves without waiting: for a page that goes away. */
  abandon() {
    this.#rpc?.call('leaveRoom').catch(() => {});
    this.#stop();
  }

  // Calls a method that the original server does not have. Answers null when this one does not either.
  async #callOwn(method, params) {
    if (this.#unknown.has(method)) {
      return null;
    }
    if (!this.#rpc) {
      throw new ConnectionError('lost', `${method}: no connection`);
    }
    try {
      return await this.#rpc.call(method, params);
    } catch (error) {
      if (error instanceof RpcError && error.code === Code.noMethod) {
        this.#unknown.add(method);
        return null;
      }
      throw error;
    }
  }

  // ---- entering and coming back

  async #connect() {
    const rpc = new Rpc(this.#url, {
      notified: (method, params) => this.#rpc === rpc && this.#notified(method, params),
      lost: () => this.#rpc === rpc && this.#lost(),
    });
    await rpc.open();
    if (this.state === 'left') {
      rpc.close();
      throw new Error('left meanwhile');
    }
    this.#rpc = rpc;
    return rpc;
  }

  async #enter(rpc) {
    this.#unknown.clear(); // it may be another server
    const params = { user: this.user, room: this.name, dataChannels: false, speakers: true };
    const { value = [], sessionId, iceServers = [] } = await rpc.call('joinRoom', params);
    if (this.state === 'left') {
      return;
    }
    this.#sessionId = sessionId;
    this.#iceServers = iceServers;
    this.state = 'joined';
    const present = new Set(value.map(({ id }) => id));
    for (const user of this.participants.keys()) {
      if (!present.has(user)) {
        this.#removed(user);
      }
    }
    for (const { id, streams = [] } of value) {
      this.#arrived(id, true);
      if (streams.length > 0) {
        this.#published(id);
      }
    }
    this.#publish();
  }

  async #lost() {
    this.#rpc = null;
    if (this.state !== 'joined') {
      return; // the attempt under way fails by itself
    }
    this.state = 'reconnecting';
    this.#emit('reconnecting', {});
    this.#backoff.reset();
    const since = performance.now();
    while (this.state === 'reconnecting') {
      await this.#backoff.wait();
      if (this.state !== 'reconnecting') {
        return;
      }
      try {
        const rpc = await this.#connect();
        const resumed = await this.#resume(rpc);
        if (!resumed) {
          this.#closePeers();
          await this.#enter(rpc);
        }
        this.#emit('reconnected', { resumed });
      } catch (error) {
        this.#rpc?.close();
        this.#rpc = null;
        if (isFinal(error, performance.now() - since)) {
          this.#finish('refused', error);
        }
      }
    }
  }

  // Takes our old session over to the new socket, with the media untouched, if the server still has it.
  async #resume(rpc) {
    try {
      await rpc.call('connect', { sessionId: this.#sessionId });
    } catch (error) {
      if (error instanceof RpcError) {
        return false;
      }
      throw error;
    }
    this.state = 'joined';
    // What the loss interrupted while it was being negotiated starts again.
    for (const [user, { publishing }] of this.participants) {
      if (publishing && !this.peers.has(user)) {
        this.#subscribe(user);
      }
    }
    if (!this.peers.has(this.user)) {
      this.#republish();
    }
    // And the media may have been lost together with the socket.
    for (const peer of this.peers.values()) {
      if (peer.state === 'disconnected') {
        peer.restart();
      }
    }
    return true;
  }

  #finish(reason, error) {
    this.#stop();
    this.#emit('ended', { reason, error });
  }

  #stop() {
    this.state = 'left';
    this.#rpc?.close();
    this.#rpc = null;
    this.#backoff.cut();
    this.#closePeers();
  }

  #closePeers() {
    for (const peer of this.peers.values()) {
      peer.close();
    }
    this.peers.clear();
  }

  // ---- what the server tells

  #notified(method, params) {
    switch (method) {
      case 'participantJoined':
        this.#arrived(params.id);
        break;
      case 'participantPublished':
        this.#arrived(params.id);
        this.#published(params.id);
        break;
      case 'participantUnpublished':
        this.#unpublished(params.name);
        break;
      case 'participantLeft':
        this.#removed(params.name);
        break;
      case 'iceCandidate':
        this.#candidate(params);
        break;
      case 'subscribedLayers':
        this.peers.get(this.user)?.activate(params.layers);
        break;
      case 'videoPaused':
        this.#emit('paused', { user: userOf(params.sender), text: params.text ?? '' });
        break;
      case 'videoResumed':
        this.#emit('resumed', { user: userOf(params.sender) });
        break;
      case 'speakersChanged':
        this.#emit('speakers', { dominant: params.dominant, speakers: params.speakers.map(({ id }) => id) });
        break;
      case 'sendMessage':
        this.#emit('message', { user: params.user, text: params.message });
        break;
      case 'participantEvicted':
        this.#finish('evicted');
        break;
      case 'roomClosed':
        this.#finish('closed');
        break;
      case 'mediaError':
        this.#emit('mediaproblem', { text: params.error });
        break;
    }
  }

  #arrived(user, before = false) {
    if (user !== this.user && !this.participants.has(user)) {
      this.participants.set(user, { publishing: false });
      this.#emit('arrived', { user, before });
    }
  }

  #removed(user) {
    if (this.participants.delete(user)) {
      this.#closePeer(user);
      this.#emit('left', { user });
    }
  }

  #published(user) {
    const participant = this.participants.get(user);
    if (!participant) {
      return; // ourselves
    }
    participant.publishing = true;
    this.#emit('published', { user });
    this.#subscribe(user);
  }

  #unpublished(user) {
    const participant = this.participants.get(user);
    if (participant) {
      participant.publishing = false;
      this.#closePeer(user);
      this.#emit('unpublished', { user });
    }
  }

  #candidate({ endpointName, candidate, sdpMid, sdpMLineIndex }) {
    this.peers.get(endpointName)?.addCandidate({ candidate, sdpMid, sdpMLineIndex });
  }

  // ---- media

  async #publish() {
    if (!this.#media) {
      return;
    }
    const peer = this.#open(this.user, {
      method: 'publishVideo',
      params: { doLoopback: this.#sending.loopback },
      again: () => this.#republish(),
    });
    try {
      await peer.publish(this.#media, this.#sending);
    } catch (error) {
      if (this.#interrupted(this.user, peer)) {
        this.#emit('mediaproblem', { text: error.message });
      }
    }
  }

  async #republish() {
    if (this.#media) {
      await this.#rpc?.call('unpublishVideo').catch(() => {});
      await this.#publish();
    }
  }

  async #subscribe(user) {
    this.#emit('receiving', { user });
    const peer = this.#open(user, {
      method: 'receiveVideoFrom',
      params: { sender: sender(user) },
      again: () => this.#subscribe(user),
    });
    try {
      await peer.subscribe();
    } catch (error) {
      const stopped = error instanceof RpcError && error.code === Code.notStreaming;
      if (this.#interrupted(user, peer) && !stopped) {
        this.#emit('unreceivable', { user, error });
      }
    }
  }

  // Clears away a peer whose negotiation failed. Whether that is news: not when it was replaced, not when we are
  // without a connection anyway.
  #interrupted(user, peer) {
    if (this.peers.get(user) !== peer) {
      return false;
    }
    this.#closePeer(user);
    return this.state === 'joined';
  }

  // Puts a new Peer in the place of `user`. `again` makes another one when the connection fails for good.
  #open(user, { method, params, again }) {
    this.#closePeer(user);
    const rpc = this.#rpc;
    const peer = new Peer({
      iceServers: this.#iceServers,
      negotiate: async (sdpOffer) => (await rpc.call(method, { ...params, sdpOffer })).sdpAnswer,
      renew: async (sdpOffer) => (await this.#rpc.call('restartIce', { endpointName: user, sdpOffer })).sdpAnswer,
      signal: ({ candidate, sdpMid, sdpMLineIndex }) => {
        // A lost candidate is not worth an error: others reach the server, or the connection fails and is replaced.
        const message = { endpointName: user, candidate, sdpMid, sdpMLineIndex };
        (this.#rpc ?? rpc).call('onIceCandidate', message).catch(() => {});
      },
      tracked: (stream) => this.#emit('track', { user, stream }),
      failed: () =>
        setTimeout(() => {
          if (this.state === 'joined' && this.peers.get(user) === peer) {
            again();
          }
        }, RESUBSCRIBE_DELAY),
    });
    this.peers.set(user, peer);
    return peer;
  }

  #closePeer(user) {
    this.peers.get(user)?.close();
    this.peers.delete(user);
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

const sender = (user) => `${user}_${STREAM}`;

const userOf = (stream) => (stream.endsWith(`_${STREAM}`) ? stream.slice(0, -STREAM.length - 1) : stream);

// Whether to stop trying to come back, after `spent` ms of trying.
function isFinal(error, spent) {
  if (!(error instanceof RpcError)) {
    return false;
  }
  if (error.code === Code.nameTaken) {
    return spent > SAME_NAME_PATIENCE;
  }
  return error.code === Code.roomNotFound || error.code === Code.roomRefused;
}
