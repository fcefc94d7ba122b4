// What the server tells without being asked, and whom in the room it concerns.

import { parseSender, SCREEN, WEBCAM } from './stream.js';

const NOTICES = {
  participantJoined: (room, peer) => room.attendance.arrived(peer),
  participantPublished: (room, { id, streams = [{ id: WEBCAM }] }) => {
    room.attendance.arrived({ id });
    room.attendance.published(id, streams);
  },
  participantUnpublished: (room, { name, streams }) => room.attendance.unpublished(name, streams),
  participantLeft: (room, { name, reason }) => room.attendance.left(name, reason),
  participantChanged: (room, change) => room.attendance.changed(change),
  participantEvicted: (room, { reason }) => room.finish('evicted', { text: reason }),
  roomClosed: (room, { reason }) => room.finish('closed', { text: reason }),

  roomChanged: (room, ways) => {
    room.ways = ways;
    room.emit('ways', {});
  },
  participantWaiting: (room, { id }) => {
    room.waiting.add(id);
    room.emit('ways', {});
  },
  waitingEnded: (room, { id }) => {
    room.waiting.delete(id);
    room.emit('ways', {});
  },
  admitted: (room) => room.decided(true),
  denied: (room, { reason }) => room.decided(false, reason),
  unmuteRequested: (room, { by, stream, audio, video }) => room.emit('asked', { by, stream, audio, video }),

  iceCandidate: (room, candidate) => room.connections.candidate(candidate),
  subscribedLayers: (room, { layers, stream }) => room.connections.get(room.user, stream)?.activate(layers),
  videoPaused: (room, { sender, text = '' }) => room.emit('paused', { ...parseSender(sender), text }),
  videoResumed: (room, { sender }) => room.emit('resumed', parseSender(sender)),
  speakersChanged: (room, { dominant, speakers }) =>
    room.emit('speakers', { dominant, speakers: speakers.map(({ id }) => id) }),
  sendMessage: (room, { user, message: text }) => room.emit('message', { user, text }),
  mediaError: (room, { error: text, endpointName, stream = WEBCAM }) => {
    if (endpointName === room.user && (stream === SCREEN || text.startsWith('NOT_PERMITTED'))) {
      room.publish(null, stream); // a camera whose connection was lost is published again instead
      room.emit('stopped', { stream, text });
    } else {
      room.emit('mediaproblem', { text });
    }
  },
};

/** Ignores what it does not know. */
export function notice(room, method, params) {
  if (Object.hasOwn(NOTICES, method)) {
    NOTICES[method](room, params);
  }
}
