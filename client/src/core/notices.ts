import type { EndReason } from './events.ts';
import type { Json, Writable } from './json.ts';
import { WEBCAM, type People } from './people.ts';
import type { Room } from './room.ts';
import { list, word, type RoomSettings, type WireParticipant, type WireSpeakers, type WireStream } from './wire.ts';

/** What the server's notifications act on. */
export interface Inside {
  room: Writable<Room>;
  people: People;
  admitted(): void;
  end(reason: EndReason, text: string | undefined): void;
}

interface Params extends WireParticipant {
  [name: string]: unknown;
}

const NOTICES: Record<string, (inside: Inside, params: Params) => void> = {
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
  participantEvicted: ({ end }, { reason }) => end('evicted', word(reason)),
  roomClosed: ({ end }, { reason }) => end('closed', word(reason)),
  admitted: ({ admitted }) => admitted(),
  denied: ({ room, end }, { reason }) => room.state === 'waiting' && end('denied', word(reason)),
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
  sendMessage: ({ room }, { user, message }) =>
    room.emit('chat', { message: { user: word(user) ?? '', text: String(message), time: Date.now() } }),
  dataReceived: ({ room }, { from, topic, data }) =>
    room.emit('data', { from: word(from) || undefined, topic: word(topic), data: data as Json }),
};

/** Who waits in the lobby is told. */
export function waits(room: Writable<Room>, users: string[]): void {
  room.waiting = new Set(users);
  room.emit('waitingChanged', { waiting: room.waiting });
}

/** Acts on a notification. Answers whether it was known. */
export function notice(inside: Inside, method: string, params: Params): boolean {
  const known = Object.hasOwn(NOTICES, method);
  if (known) {
    NOTICES[method]!(inside, params);
  }
  return known;
}
