// A stay in one room: entering it, perhaps after a wait, coming back after a lost connection, leaving. Knows nothing of
// the page.

import { Attendance } from './attendance.js';
import { Connections } from './connections.js';
import { Line } from './line.js';
import { Code, Denied, GAVE_UP } from './messages.js';
import { notice } from './notices.js';
import { Reception } from './reception.js';
import { RpcError } from './rpc.js';
import { WEBCAM } from './stream.js';

const LEAVE_TIMEOUT = 2_000;

/**
 * Events (CustomEvent, `detail` in braces):
 *   held {}: one waits to be let in, entered {}: and again, when the server had forgotten us,
 *   ways {}: how the room is run, or who waits, has changed,
 *   arrived {user, before}: `before` when they were there first, left {user, reason}, changed {user}: the Member, of oneself too,
 *   published {user, stream}, unpublished {user, stream}, unreceivable {user, stream, error}, unpublishable {stream, error},
 *   track {user, stream, media}: remote media is there; for `user` equal to one's own name it is the loopback,
 *   receiving {user, stream}: a new connection to them begins,
 *   paused {user, stream, text}: the server sends no picture for now, and says why, resumed {user, stream},
 *   speakers {dominant, speakers}: names; nobody may be dominant,
 *   message {user, text},
 *   asked {by, stream, audio, video}: to unmute oneself, stopped {stream, text}: one's own stream, by the server,
 *   reconnecting {}, reconnected {resumed}, ended {reason, text, error}, mediaproblem {text}
 * `reason` is 'evicted', 'closed' or 'refused' at the end, else, like `text`, what somebody wrote; it may be empty.
 */
export class Room extends EventTarget {
  /** 'new', 'joining', 'waiting' to be let in, 'joined', 'reconnecting', 'left' */
  state = 'new';
  /** How the room is run, as in changeRoom; null where the server does not tell. */
  ways = null;
  /** Who waits to be let in, for moderators. */
  waiting = new Set();
  attendance;
  connections;
  reception;

  #line;
  #greeting; // the parameters of joinRoom
  #entry = null; // {resolve, reject} of the first join
  #held = false; // whether the lost line was one of somebody who waits

  constructor({ url, room, user, token, loopback = false, codec = 'vp8', mode }) {
    super();
    this.name = room;
    this.user = user;
    this.#greeting = { user, room, dataChannels: false, speakers: true, extensions: true, ...(token && { token }) };
    this.#line = new Line(url, {
      notified: (method, params) => notice(this, method, params),
      broken: () => this.#broken(),
      back: (resumed) => this.#back(resumed),
      refused: (error) => this.#refuse(error),
    });
    const emit = (type, detail) => this.emit(type, detail);
    const alive = () => this.state === 'joined';
    const sending = { loopback, codec, mode };
    this.connections = new Connections({ self: user, line: this.#line, sending, alive, emit });
    this.attendance = new Attendance({ user, connections: this.connections, emit });
    this.reception = new Reception(this.#line);
  }

  /** Joins and starts to receive everybody. Rejects with RpcError, ConnectionError, Denied or GAVE_UP, and is then over. */
  async join() {
    this.state = 'joining';
    const entry = new Promise((resolve, reject) => (this.#entry = { resolve, reject }));
    try {
      await this.#line.open();
      await this.#enter();
    } catch (error) {
      this.#refuse(error);
    }
    await entry;
  }

  /** Publishes the tracks of `media`, now and after each rejoin. Without any, or with null, it ends the stream. */
  async publish(media, stream = WEBCAM) {
    await this.connections.offer(stream, media?.getTracks().length > 0 ? media : null);
  }

  call(method, params) {
    return this.#line.call(method, params);
  }

  /** Leaves politely, waiting for the server's answer no longer than two seconds. */
  async leave() {
    const known = this.state === 'joined' || this.state === 'waiting';
    this.state = 'left';
    if (known) {
      await this.#line.call('leaveRoom', undefined, LEAVE_TIMEOUT).catch(() => {});
    }
    this.#stop();
    this.#entry?.reject(GAVE_UP);
  }

  /** Leaves without waiting: for a page that goes away. */
  abandon() {
    this.#line.call('leaveRoom').catch(() => {});
    this.#stop();
  }

  /** The end, for a reason. */
  finish(reason, { text = '', error } = {}) {
    this.#stop();
    this.emit('ended', { reason, text, error });
  }

  /** A moderator lets one in, or does not. */
  decided(admitted, reason) {
    if (this.state === 'waiting') {
      const done = admitted ? this.#enter() : Promise.reject(new Denied(reason));
      done.catch((error) => this.#refuse(error));
    }
  }

  emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  // Asks to come in; afterwards one is inside, or waits.
  async #enter() {
    try {
      const result = await this.#line.call('joinRoom', this.#greeting);
      if (this.state !== 'left') {
        this.#settle(result);
      }
    } catch (error) {
      if (!(error instanceof RpcError) || error.code !== Code.waiting || this.state === 'left') {
        throw error;
      }
      this.#line.sessionId = error.sessionId;
      this.state = 'waiting';
      this.emit('held', {});
    }
  }

  #settle(result) {
    this.#line.sessionId = result.sessionId;
    this.connections.iceServers = result.iceServers ?? [];
    this.state = 'joined';
    this.ways = result.room ?? null;
    this.waiting = new Set(result.waiting?.map(({ id }) => id));
    this.attendance.begin(result);
    this.connections.publishAll();
    this.emit('entered', {});
    this.#entry?.resolve();
    this.#entry = null;
  }

  #broken() {
    if (this.state !== 'joined' && this.state !== 'waiting') {
      return false;
    }
    this.#held = this.state === 'waiting';
    this.state = 'reconnecting';
    this.emit('reconnecting', {});
    return true;
  }

  async #back(resumed) {
    if (resumed) {
      this.state = this.#held ? 'waiting' : 'joined';
    } else {
      this.connections.closeAll();
      await this.#enter();
    }
    if (resumed && !this.#held) {
      this.connections.mend(this.attendance.streams());
    }
    if (this.state === 'joined') {
      this.emit('reconnected', { resumed });
    }
  }

  // Whoever waits for the first join hears of it there.
  #refuse(error) {
    const entry = this.#entry;
    this.#entry = null;
    if (!entry) {
      this.finish('refused', { error });
      return;
    }
    this.#stop();
    entry.reject(error);
  }

  #stop() {
    this.state = 'left';
    this.#line.close();
    this.connections.closeAll();
  }
}
