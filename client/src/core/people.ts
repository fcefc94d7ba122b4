import type { Emitter } from './emitter.ts';
import type { RoomEvents } from './events.ts';
import type { Writable } from './json.ts';
import type { LocalParticipant } from './media/local-participant.ts';
import { RemoteParticipant, type Participant } from './participant.ts';
import { RemotePublication } from './publication.ts';
import type { Media } from './seam.ts';
import { list, type JoinResult, type WireParticipant, type WireSpeakers, type WireStream } from './wire.ts';

/** The stream without a name. */
export const WEBCAM = 'webcam';

/** What is so of somebody of whom a whole list says nothing else. */
const NOTHING: WireParticipant = { handRaised: false, metadata: undefined, unreachable: false };

/** Who is in the room and what they publish, kept by what the server tells. */
export class People {
  readonly others: Map<string, RemoteParticipant> = new Map();
  speakers: Participant[] = [];
  dominant: Participant | undefined;
  #local: LocalParticipant;
  #media: Media;
  #emitter: Emitter<RoomEvents>;

  constructor(media: Media, emitter: Emitter<RoomEvents>) {
    this.#local = media.local;
    this.#media = media;
    this.#emitter = emitter;
  }

  /** Oneself or somebody else. */
  get(user: unknown): Participant | undefined {
    return user === this.#local.user ? this.#local : this.others.get(user as string);
  }

  /** Compares with a whole list: who is not on it has left, and so on. `fresh`: one has just come. */
  settle({ value, me, room, speakers }: JoinResult, fresh: boolean): void {
    const present = list<WireParticipant>(value);
    for (const user of [...this.others.keys()].filter((name) => !present.some(({ id }) => id === name))) {
      this.left(user);
    }
    for (const wire of present) {
      const streams = list<WireStream>(wire.streams);
      const before = [...(this.others.get(wire.id as string)?.publications.keys() ?? [])];
      this.unpublished(wire.id, before.filter((stream) => !streams.some(({ id }) => id === stream)));
      this.joined(wire);
      this.published(wire.id, streams);
    }
    const entry = fresh && room?.muteOnEntry;
    if (Array.isArray(entry) && ![me?.permissions].flat().includes('moderate')) {
      const [audioMuted, videoMuted] = [entry.includes('audio'), entry.includes('video')];
      this.#local._learn({ streams: [{ id: WEBCAM, audioMuted, videoMuted }] });
    }
    this.changed({ ...NOTHING, ...me, id: this.#local.user });
    this.speak(Object(speakers));
  }

  /** Takes somebody with all that is known of them. */
  joined(wire: WireParticipant): void {
    const { id } = wire;
    if (this.others.has(id as string)) {
      this.changed({ ...NOTHING, ...wire, streams: [] });
    } else if (typeof id === 'string' && id !== this.#local.user) {
      const participant = new RemoteParticipant(id);
      participant._learn({ ...wire, streams: [] });
      this.others.set(id, participant);
      this.#emitter.emit('participantJoined', { participant });
    }
  }

  left(user: unknown, reason?: string): void {
    const participant = this.others.get(user as string);
    if (participant) {
      this.unpublished(user, [...participant.publications.keys()]);
      this.others.delete(participant.user);
      this.#speaking(
        this.speakers.filter((speaker) => speaker !== participant),
        this.dominant === participant ? undefined : this.dominant,
      );
      this.#emitter.emit('participantLeft', { participant, reason });
    }
  }

  published(user: unknown, streams: WireStream[]): void {
    const participant = this.others.get(user as string);
    if (!participant) {
      return;
    }
    const publications = participant.publications as Map<string, RemotePublication>;
    participant._learn({ streams });
    for (const { id } of streams) {
      if (typeof id === 'string' && !publications.has(id)) {
        const publication = new RemotePublication(participant, id, this.#media);
        publications.set(id, publication);
        this.#emitter.emit('streamPublished', { publication });
        this.#media.streamPublished(publication);
      }
    }
  }

  unpublished(user: unknown, streams: unknown[]): void {
    const participant = this.others.get(user as string);
    const publications = participant?.publications as Map<unknown, RemotePublication> | undefined;
    for (const stream of streams) {
      const publication = publications?.get(stream);
      if (publication) {
        publications!.delete(stream);
        participant!._streams.delete(publication.stream);
        this.#media.streamUnpublished(publication);
        this.#emitter.emit('streamUnpublished', { publication });
      }
    }
  }

  changed(news: WireParticipant): void {
    const participant = this.get(news.id);
    if (participant) {
      participant._learn(news);
      this.#emitter.emit('participantChanged', { participant });
    }
  }

  /** Takes who speaks. */
  speak({ dominant, speakers }: WireSpeakers): void {
    const now: Participant[] = [];
    for (const { id, level } of list<{ id?: string; level?: number }>(speakers)) {
      const participant: Writable<Participant> | undefined = this.get(id);
      if (participant) {
        participant.level = Number(level);
        now.push(participant);
      }
    }
    this.#speaking(now, this.get(dominant));
  }

  /** All have gone, as far as one sees. */
  clear(): void {
    for (const user of [...this.others.keys()]) {
      this.left(user);
    }
    this.speak({});
    this.#local._streams.clear();
  }

  #speaking(now: Participant[], dominant: Participant | undefined): void {
    const before = this.speakers;
    if (now.length + before.length || dominant !== this.dominant) {
      this.speakers = now;
      this.dominant = dominant;
      for (const participant of [...before, ...now] as Writable<Participant>[]) {
        participant.speaking = now.includes(participant);
        participant.level = participant.speaking ? participant.level : -Infinity;
      }
      this.#emitter.emit('speakersChanged', { speakers: now, dominant });
    }
  }
}
