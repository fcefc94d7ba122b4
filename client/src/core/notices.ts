import type { ChatMessage } from './events.ts';
import type { Json, Writable } from './json.ts';
import { WEBCAM } from './people.ts';
import type { Room } from './room.ts';
import type { Stay } from './stay.ts';
import { list, word, type RoomSettings, type WireParticipant, type WireSpeakers, type WireStream } from './wire.ts';

interface Params extends WireParticipant {
  [name: string]: unknown;
}

const NOTICES: Record<string, (stay: Stay, params: Params) => void> = {
  participantJoined: ({ people }, params) => people.joined(params),
  participantPublished: ({ people }, { id, streams }) => {
    if (!people.get(id)) {
      people.joined({ id: id! });
    }
    people.published(id, streams ? list<WireStream>(streams) : [{ id: WEBCAM }]);
    people.changed({ id: id! });
  },
  participantUnpublished: ({ people }, { name, streams }) =>
    people.unpublished(name, streams ? list<WireStream>(streams).map(({ id }) => id) : [WEBCAM]),
  participantLeft: ({ people }, { name, reason }) => people.left(name, word(reason)),
  participantChanged: ({ people }, params) => people.changed(params),
  participantEvicted: (stay, { reason }) => stay.end('evicted', word(reason)),
  roomClosed: (stay, { reason }) => stay.end('closed', word(reason)),
  admitted: ({ session }) => session.admitted(),
  denied: (stay, { reason }) => stay.room.state === 'waiting' && stay.end('denied', word(reason)),
  speakersChanged: ({ people }, params) => people.speak(params as WireSpeakers),
  roomChanged: ({ room }, settings) => {
    room.settings = settings as RoomSettings;
    room.emit('settingsChanged', { settings: room.settings });
  },
  participantWaiting: ({ room }, { id }) => waits(room, [...room.waiting, String(id)]),
  waitingEnded: ({ room }, { id }) => waits(room, [...room.waiting].filter((user) => user !== id)),
  unmuteRequested: ({ room }, { by, stream, audio, video }) =>
    room.emit('unmuteRequested', {
      by: word(by) || undefined,
      stream: word(stream) ?? WEBCAM,
      audio: audio === true,
      video: video === true,
    }),
  sendMessage: ({ room }, params) => room.emit('chat', { message: chatMessage({ ...params, time: Date.now() }) }),
  dataReceived: ({ room }, { from, topic, data }) =>
    room.emit('data', { from: word(from) || undefined, topic: word(topic), data: data as Json }),
};

/** Who waits in the lobby is told. */
export function waits(room: Writable<Room>, users: string[]): void {
  room.waiting = new Set(users);
  room.emit('waitingChanged', { waiting: room.waiting });
}

/** A message as the application gets it. */
export function chatMessage({ user, message, time }: { user?: unknown; message?: unknown; time?: unknown }): ChatMessage {
  return { user: word(user) ?? '', text: String(message), time: Number(time) };
}

/** Acts on a notification. Answers whether it was known. */
export function notice(stay: Stay, method: string, params: Params): boolean {
  const known = Object.hasOwn(NOTICES, method);
  if (known) {
    NOTICES[method]!(stay, params);
  }
  return known;
}
