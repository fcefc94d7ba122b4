// What is known of the people in a room: their roles, hands, streams, and what a moderator muted of these.

import { WEBCAM } from './stream.js';

export class Member {
  role = '';
  /** Words of the protocol; known of oneself only. */
  permissions = [];
  /** When the hand was raised, in ms since 1970; 0 while it is down. */
  hand = 0;
  /** stream -> {audioMuted, videoMuted}: what a moderator muted of what is published. */
  streams = new Map();

  constructor(user) {
    this.user = user;
  }

  get moderates() {
    return this.role === 'moderator' || this.role === 'admin';
  }

  may(permission) {
    return this.permissions.includes(permission);
  }

  /** What a moderator muted of a stream. */
  muted(stream = WEBCAM) {
    return this.streams.get(stream) ?? { audioMuted: false, videoMuted: false };
  }

  /** Takes what participantChanged tells; what is absent has not changed. */
  learn({ role, permissions, handRaised, handRaisedAt, streams }) {
    this.role = role ?? this.role;
    this.permissions = permissions ?? this.permissions;
    if (handRaised !== undefined) {
      this.hand = handRaised ? handRaisedAt || Date.now() : 0;
    }
    for (const stream of streams ?? []) {
      this.publishes(stream);
    }
  }

  /** Takes a stream of the protocol: {id, audioMuted, videoMuted}, where what is absent is false. */
  publishes({ id = WEBCAM, audioMuted = false, videoMuted = false }) {
    this.streams.set(id, { audioMuted, videoMuted });
  }
}
