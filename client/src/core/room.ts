import { Emitter } from './emitter.ts';
import { AtriumError } from './errors.ts';
import type { ChatMessage, RoomEvents, RoomState } from './events.ts';
import type { Json, Writable } from './json.ts';
import type { LocalParticipant } from './media/local-participant.ts';
import type { RoomStatistics } from './media/statistics.ts';
import { Moderation } from './moderation.ts';
import { chatMessage } from './notices.ts';
import type { RoomOptions } from './options.ts';
import type { Participant, RemoteParticipant } from './participant.ts';
import { People } from './people.ts';
import { judgeAll } from './quality.ts';
import type { Media, MediaHost } from './seam.ts';
import { Stay } from './stay.ts';
import { list, type RoomSettings } from './wire.ts';

/** Which room, and as whom. */
export interface JoinOptions {
  room: string;
  user: string;
  /** Who one is and what one may do, for servers that ask for it, see docs/tokens.md. */
  token?: string | undefined;
  /** What the application wants the others to know of oneself; an object of at most 2 KiB. */
  metadata?: Json | undefined;
}

/**
 * A room on a server, as one participant sees it. One object serves for many stays, one after the other: after the end
 * `connect` may be called again. It is the `MediaHost` of its media, with members that are no part of the package.
 */
export class Room extends Emitter<RoomEvents> {
  readonly options: RoomOptions;
  readonly state: RoomState = 'new';
  readonly name: string = '';
  readonly serverUrl: string = '';
  /** Oneself. The name is empty before `connect`. */
  readonly local: LocalParticipant;
  /** The others by name, in the order in which they came. */
  readonly participants: ReadonlyMap<string, RemoteParticipant> = new Map();
  /** How the room is run; undefined before one is in it. */
  readonly settings: RoomSettings | undefined;
  /** Who waits in the lobby, for moderators. */
  readonly waiting: ReadonlySet<string> = new Set();
  readonly moderation: Moderation = new Moderation(this);
  #media: Media;
  #people: People;
  #stay: Stay | undefined;

  /** Use `createRoom`. @internal */
  constructor(options: RoomOptions, media: (host: MediaHost) => Media) {
    super();
    this.options = options;
    this.#media = media(this);
    this.local = this.#media.local;
    this.#people = new People(this.#media, this);
    this.participants = this.#people.others;
  }

  /** Who speaks, loudest first. */
  get speakers(): readonly Participant[] {
    return this.#people.speakers;
  }

  /** Who has the floor; stays in silence. */
  get dominant(): Participant | undefined {
    return this.#people.dominant;
  }

  /**
   * Joins; resolves when one is in the room, after a lobby too (the state is `waiting` meanwhile). Rejects with an
   * AtriumError; one may try again then. `url` is the server's: `wss://host/room`.
   */
  connect(url: string, join: JoinOptions): Promise<void> {
    if (this.state !== 'new' && this.state !== 'ended') {
      return Promise.reject(new AtriumError('aborted'));
    }
    const self: Writable<this> = this;
    const local: Writable<Participant> = this.local;
    self.serverUrl = url;
    self.name = join.room;
    local.user = join.user;
    local.metadata = join.metadata;
    this.#stay = new Stay(this, this.#people, this.#media, join);
    return this.#stay.enter();
  }

  /** Leaves. Waits for the server's answer no longer than two seconds and never rejects. */
  async leave(): Promise<void> {
    await this.#stay?.session.leave();
    this.#stay?.end('left');
  }

  /** Leaves without waiting, for a page that goes away. */
  abandon(): void {
    this.#stay?.session.leave();
    this.#stay?.end('left');
  }

  /** Writes to everybody in the room; comes back as an event `chat`. */
  async sendChat(text: string): Promise<void> {
    await this.call('sendMessage', { message: text, userMessage: this.local.user, roomMessage: this.name });
  }

  /** What was written before, oldest first, as far as the room keeps it. */
  async chatHistory(): Promise<ChatMessage[]> {
    const { messages } = await this.call<{ messages?: unknown }>('getChatHistory');
    return list(messages).map(chatMessage);
  }

  /** Sends data of the application's own, at most 16 KiB, to everybody or to some. */
  async sendData(data: Json, to: { users?: string[]; topic?: string } = {}): Promise<void> {
    await this.call('sendData', { data, to: to.users, topic: to.topic });
  }

  /** Anything else of docs/protocol.md. */
  request(method: string, params?: object): Promise<Json> {
    return this.call<Json>(method, params);
  }

  /** What is sent and received at present, in figures. */
  statistics(): Promise<RoomStatistics> {
    return this.#media.statistics();
  }

  /** @internal */
  async call<T>(method: string, params?: object): Promise<T> {
    if (!this.#stay) {
      throw new AtriumError('aborted');
    }
    return this.#stay.session.line.call<T>(method, params);
  }

  /** @internal */
  probe(): void {
    this.#stay?.session.line.probe();
  }

  /** @internal */
  _judge(): void {
    judgeAll(this);
  }
}
