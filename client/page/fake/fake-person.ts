// Somebody in the fake room, who publishes what is painted.

import { type ConnectionQuality, RemoteParticipant, RemotePublication, type Subscription } from '../../src/index.ts';
import { FakeTrack } from './fake-track.ts';

/** The same members without `readonly`. */
export type Writable<T> = { -readonly [K in keyof T]: T[K] };

type Media = ConstructorParameters<typeof RemotePublication>[2];

const NO_MEDIA = { subscribe: async () => {}, unsubscribe: async () => {} } as unknown as Media;

/** One of the others. */
export class FakePerson {
  readonly participant: Writable<RemoteParticipant>;
  readonly #publications = new Map<string, RemotePublication>();

  constructor(user: string) {
    this.participant = new RemoteParticipant(user) as Writable<RemoteParticipant>;
    this.participant.publications = this.#publications;
    this.participant.role = 'participant';
  }

  get remote(): RemoteParticipant {
    return this.participant as RemoteParticipant;
  }

  /** Begins a stream; without tracks nothing is received of it. */
  publish(stream: string, has: { audio: boolean; video: boolean }): RemotePublication {
    const publication = new RemotePublication(this.remote, stream, NO_MEDIA) as Writable<RemotePublication>;
    publication.hasAudio = has.audio;
    publication.hasVideo = has.video;
    this.#publications.set(stream, publication as RemotePublication);
    return publication as RemotePublication;
  }

  /** Gives a publication tracks, as a subscription does. */
  receive(publication: RemotePublication, tracks: readonly MediaStreamTrack[]): FakeTrack[] {
    const made = tracks.map((track) => new FakeTrack(publication, track));
    const subscription = {
      publication,
      state: 'active',
      pausedText: undefined,
      audio: made.find(({ kind }) => kind === 'audio'),
      video: made.find(({ kind }) => kind === 'video'),
      prefer: () => {},
      setLayer: () => {},
      statistics: async () => ({}),
    };
    (publication as Writable<RemotePublication>).subscription = subscription as unknown as Subscription;
    return made;
  }

  unpublish(stream: string): RemotePublication | undefined {
    const publication = this.#publications.get(stream);
    this.#publications.delete(stream);
    return publication;
  }

  /** Changes what the server says of a stream. */
  set(stream: string, marks: { audioOff?: boolean; videoOff?: boolean; audioMuted?: boolean; videoMuted?: boolean }): void {
    Object.assign(this.#publications.get(stream) ?? {}, marks);
  }

  set quality(quality: ConnectionQuality) {
    this.participant.quality = quality;
  }
}
