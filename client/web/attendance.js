// Who is in the room, and what of them is received: everything that they publish.

import { Member } from './members.js';
import { WEBCAM } from './stream.js';

export class Attendance {
  /** Oneself, a Member. */
  me;
  /** user -> Member; the others */
  others = new Map();

  #connections;
  #emit;

  /** `emit(type, detail)` makes a Room's events. */
  constructor({ user, connections, emit }) {
    this.me = new Member(user);
    this.#connections = connections;
    this.#emit = emit;
  }

  /** Begins with what joinRoom answers: oneself, the others, how the room is run. */
  begin({ me = {}, value = [], room = {} }) {
    this.me = new Member(this.me.user);
    this.me.learn(me);
    if (!this.me.may('moderate')) {
      const kinds = room.muteOnEntry ?? [];
      this.me.publishes({ audioMuted: kinds.includes('audio'), videoMuted: kinds.includes('video') });
    }
    const present = new Set(value.map(({ id }) => id));
    for (const user of [...this.others.keys()].filter((name) => !present.has(name))) {
      this.left(user);
    }
    for (const { streams = [], ...peer } of value) {
      this.arrived(peer, true);
      this.published(peer.id, streams);
    }
    this.#emit('changed', { user: this.me.user });
  }

  arrived({ id: user, ...news }, before = false) {
    if (user === this.me.user) {
      return;
    }
    if (!this.others.has(user)) {
      this.others.set(user, new Member(user));
      this.#emit('arrived', { user, before });
    }
    this.changed({ id: user, ...news });
  }

  left(user, reason = '') {
    const member = this.others.get(user);
    if (this.others.delete(user)) {
      member.streams.forEach((_, stream) => this.#connections.close(user, stream));
      this.#emit('left', { user, reason });
    }
  }

  published(user, streams) {
    for (const stream of streams) {
      this.others.get(user)?.publishes(stream);
      if (this.others.has(user)) {
        this.#emit('published', { user, stream: stream.id });
        this.#connections.subscribe(user, stream.id);
      }
    }
    this.#emit('changed', { user });
  }

  unpublished(user, streams = [{ id: WEBCAM }]) {
    for (const { id: stream } of streams) {
      if (this.others.get(user)?.streams.delete(stream)) {
        this.#connections.close(user, stream);
        this.#emit('unpublished', { user, stream });
      }
    }
  }

  /** Takes what participantChanged tells, of oneself too. */
  changed({ id: user, ...news }) {
    const member = user === this.me.user ? this.me : this.others.get(user);
    if (member) {
      member.learn(news);
      this.#emit('changed', { user });
    }
  }

  /** All streams of the others, as [{user, stream}]. */
  streams() {
    return [...this.others].flatMap(([user, { streams }]) => [...streams.keys()].map((stream) => ({ user, stream })));
  }
}
