// A room of the SDK without a server, and as much of a browser as the old client's events need.
import type { TestContext } from 'node:test';

import { Emitter } from '../../src/core/emitter.ts';
import type { RoomEvents } from '../../src/core/events.ts';
import type { Room as SdkRoom } from '../../src/core/room.ts';
import { Kurento } from '../../src/kurento/kurento.ts';
import type { Room } from '../../src/kurento/room.ts';

/** What the page's socket was asked, and how to play the server's part. */
export class FakeSocket {
  static readonly OPEN = 1;
  static made: FakeSocket[] = [];
  readyState = 0;
  sent: string[] = [];
  onopen: ((event: unknown) => void) | null = null;
  onclose: ((event: unknown) => void) | null = null;
  url: string;

  constructor(url: string) {
    this.url = url;
    FakeSocket.made.push(this);
  }

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.readyState = 3;
    this.onclose?.({ code: 1000 });
  }

  open(): void {
    this.readyState = 1;
    this.onopen?.({});
  }
}

/** As much of a MediaStream as the page's switches need. */
export function fakeStream(): MediaStream {
  const tracks = ['audio', 'video'].map((kind) => ({ kind, enabled: true, stop: () => undefined }));
  return { getTracks: () => tracks } as unknown as MediaStream;
}

interface Person {
  user: string;
  publications: Map<string, unknown>;
}

/** The surface of the SDK that the old client stands on. */
export class FakeRoom extends Emitter<RoomEvents> {
  participants = new Map<string, Person>();
  asked: unknown[] = [];
  refuses: Error | undefined;
  local = {
    user: '',
    publish: async (stream: string) => void this.asked.push(['publish', stream]),
    unpublish: async (stream: string) => void this.asked.push(['unpublish', stream]),
    setMicrophone: async (on: boolean) => void this.asked.push(['setMicrophone', on]),
    setCamera: async (on: boolean) => void this.asked.push(['setCamera', on]),
  };

  async connect(url: string, join: object): Promise<void> {
    this.asked.push(['connect', url, join]);
    if (this.refuses) {
      throw this.refuses;
    }
  }

  async leave(): Promise<void> {
    this.asked.push(['leave']);
  }

  abandon(): void {
    this.asked.push(['abandon']);
  }

  async request(method: string, params?: object): Promise<unknown> {
    this.asked.push([method, params]);
    if (this.refuses) {
      throw this.refuses;
    }
    return { done: true };
  }

  async sendData(data: unknown): Promise<void> {
    this.asked.push(['sendData', data]);
  }

  /** Somebody comes, and publishes these streams. */
  comes(user: string, ...streams: string[]): Person {
    const person = { user, publications: new Map<string, unknown>() };
    this.participants.set(user, person);
    this.emit('participantJoined', { participant: person } as never);
    streams.forEach((stream) => this.publishes(person, stream));
    return person;
  }

  publishes(participant: Person, stream: string): void {
    const publication = { participant, stream, hasAudio: true, hasVideo: true, subscription: undefined, unsubscribe: async () => undefined };
    participant.publications.set(stream, publication);
    this.emit('streamPublished', { publication } as never);
  }

  unpublishes(participant: Person, stream: string): void {
    const publication = participant.publications.get(stream);
    participant.publications.delete(stream);
    this.emit('streamUnpublished', { publication } as never);
  }

  goes(participant: Person): void {
    this.participants.delete(participant.user);
    this.emit('participantLeft', { participant } as never);
  }
}

/** Names of the events of a room of the old client. */
const EVENTS = [
  'room-connected', 'error-room', 'participant-joined', 'participant-left', 'participant-published', 'stream-added', 'stream-removed',
  'stream-published', 'stream-subscribed', 'participant-evicted', 'room-closed', 'lost-connection', 'newMessage', 'error-media',
  'stream-speaking', 'stream-stopped-speaking', 'update-main-speaker', 'custom-message-received', 'data-received',
];

/** An old page that has made its room, and writes down what it hears: the name and the members of the payload, readably. */
export function page(t: TestContext, options: object = {}): { kurento: Kurento; room: Room; sdk: FakeRoom; heard: [string, unknown][] } {
  Object.assign(globalThis, { WebSocket: FakeSocket, location: { href: 'https://page.example/' } });
  const sdk = new FakeRoom();
  const kurento = new Kurento('wss://server.example/room', () => undefined, () => sdk as unknown as SdkRoom);
  const room = kurento.Room({ room: 'hall', user: 'olga', ...options });
  t.after(() => room.leave(true)); // its timer keeps node running
  const heard: [string, unknown][] = [];
  for (const name of EVENTS) {
    room.addEventListener(name, (payload: object) => heard.push([name, readable(payload)]));
  }
  return { kurento, room, sdk, heard };
}

/** A page whose room is joined. */
export async function joined(t: TestContext, prepare: (sdk: FakeRoom) => void = () => undefined): Promise<ReturnType<typeof page>> {
  const made = page(t);
  prepare(made.sdk);
  made.room.connect();
  await settled();
  return made;
}

/** Promises that are resolved have told those who wait. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function readable(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(readable);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const named = value as { getGlobalID?: () => string; getID?: () => string };
  return (
    named.getGlobalID?.() ?? named.getID?.() ?? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, readable(member)]))
  );
}
