// A room without a server, for the gallery and for whoever works on the page: painted people come, speak and go by calls.

import type { ConnectionQuality, Participant, RemotePublication } from '../../src/index.ts';
import { type CameraOptions, PaintedCamera } from './camera.ts';
import { FakeBase } from './fake-base.ts';
import { FakePerson, type Writable } from './fake-person.ts';
import { figuresOf } from './figures.ts';
import { type Persona, personaOf } from './persona.ts';
import { paintedScreen } from './slides.ts';

/** How the people of a fake room are painted, and who oneself is. */
export interface FakeRoomOptions {
  readonly camera?: Partial<CameraOptions>;
  readonly name?: string;
  /** Sound for each person, if any; the fake room does not end it. */
  readonly sound?: () => MediaStreamTrack | undefined;
}

interface Source {
  readonly track: MediaStreamTrack;
  talking?: boolean;
  stop(): void;
}

/** A room in which one lets people come, speak and go. */
export class FakeRoom extends FakeBase {
  readonly #people = new Map<string, FakePerson>();
  readonly #sources = new Map<string, Source>();
  readonly #camera: CameraOptions;
  readonly #sound: () => MediaStreamTrack | undefined;

  constructor({ camera = {}, name = 'Courtyard', sound = () => undefined }: FakeRoomOptions = {}) {
    super(name);
    this.#camera = { width: 640, height: 360, rate: 12, ...camera };
    this.#sound = sound;
  }

  /** Stops all that is painted. */
  override abandon(): void {
    this.#sources.forEach((source) => source.stop());
    this.#sources.clear();
  }

  async statistics() {
    return figuresOf(this.#people.values(), this.local, this.#camera);
  }

  /** Oneself before a painted camera. */
  async showMyself(persona: Persona = personaOf(0)): Promise<void> {
    const camera = new PaintedCamera(persona, this.#camera);
    this.#sources.set('own', camera);
    await this.local.publish('webcam', [camera.track]);
  }

  /** Somebody joins and, if they have a camera, is seen. Answers their name. */
  join(persona: Persona, { camera = true, upright = false } = {}): string {
    const user = persona.name;
    const person = new FakePerson(user);
    this.#people.set(user, person);
    this.participants.set(user, person.remote);
    this.emit('participantJoined', { participant: person.remote });
    const { width, height } = this.#camera;
    const size = upright ? { width: height, height: width } : { width, height };
    const source = camera ? new PaintedCamera(persona, { ...this.#camera, ...size }) : undefined;
    this.#publish(person, 'webcam', source, this.#sound());
    return user;
  }

  leaves(user: string): void {
    const person = this.#people.get(user);
    if (person) {
      [...person.remote.publications.keys()].forEach((stream) => this.unpublish(user, stream));
      this.#people.delete(user);
      this.participants.delete(user);
      this.emit('participantLeft', { participant: person.remote });
    }
  }

  /** Somebody shares a screen. */
  shares(user: string): void {
    const person = this.#people.get(user);
    if (person) {
      this.#publish(person, 'screen', paintedScreen());
    }
  }

  unpublish(user: string, stream: string): void {
    const publication = this.#people.get(user)?.unpublish(stream);
    this.#sources.get(`${user}_${stream}`)?.stop();
    this.#sources.delete(`${user}_${stream}`);
    if (publication) {
      const { audio, video } = publication.subscription ?? {};
      for (const track of [audio, video]) {
        track?.detach();
        track && this.emit('trackUnsubscribed', { track, publication });
      }
      this.emit('streamUnpublished', { publication });
    }
  }

  /** Who speaks, loudest first; the first one has the floor. */
  speak(...users: string[]): void {
    const all: Participant[] = [this.local.local, ...this.participants.values()];
    for (const participant of all) {
      (participant as Writable<Participant>).speaking = users.includes(participant.user);
      const source = this.#sources.get(participant.isLocal ? 'own' : `${participant.user}_webcam`);
      source && (source.talking = participant.speaking);
    }
    this.speakers = users.flatMap((user) => all.filter((participant) => participant.user === user));
    this.dominant = this.speakers[0] ?? this.dominant;
    this.emit('speakersChanged', { speakers: this.speakers, dominant: this.dominant });
  }

  /** What is off or muted of somebody's camera and microphone. */
  mark(user: string, marks: Parameters<FakePerson['set']>[1]): void {
    this.#change(user, (person) => person.set('webcam', marks));
  }

  raiseHand(user: string, raised: boolean): void {
    this.#change(user, ({ participant }) => (participant.handRaisedAt = raised ? Date.now() : undefined));
  }

  setRole(user: string, role: string): void {
    this.#change(user, ({ participant }) => (participant.role = role));
  }

  judge(user: string, quality: ConnectionQuality): void {
    const person = this.#people.get(user);
    if (person) {
      person.quality = quality;
      this.emit('qualityChanged', { participant: person.remote, quality });
    }
  }

  /** The server pauses somebody's picture, or goes on when there is no text. */
  pause(user: string, text: string | undefined): void {
    const publication = this.participants.get(user)?.publications.get('webcam') as RemotePublication | undefined;
    if (publication?.subscription) {
      Object.assign(publication.subscription, { state: text ? 'paused' : 'active', pausedText: text });
      text ? this.emit('videoPaused', { publication, text }) : this.emit('videoResumed', { publication });
    }
  }

  #change(user: string, change: (person: FakePerson) => void): void {
    const person = this.#people.get(user);
    if (person) {
      change(person);
      this.emit('participantChanged', { participant: person.remote });
    }
  }

  #publish(person: FakePerson, stream: string, picture: Source | undefined, sound?: MediaStreamTrack): void {
    const publication = person.publish(stream, { audio: true, video: picture !== undefined });
    this.emit('streamPublished', { publication });
    if (picture) {
      this.#sources.set(publication.sender, picture);
    }
    const tracks = [picture?.track, sound].filter((track) => track !== undefined);
    for (const { remote } of person.receive(publication, tracks)) {
      this.emit('trackSubscribed', { track: remote, publication });
    }
  }
}
