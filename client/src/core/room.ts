import { Emitter } from './emitter.ts';
import type { ChatMessage, RoomEvents, RoomState } from './events.ts';
import type { Json } from './json.ts';
import { Moderation } from './moderation.ts';
import type { LocalParticipant } from './media/local-participant.ts';
import type { RoomStatistics } from './media/statistics.ts';
import type { RoomOptions } from './options.ts';
import type { Participant, RemoteParticipant } from './participant.ts';
import type { Media, MediaHost } from './seam.ts';
import type { RoomSettings } from './wire.ts';

/** Which room, and as whom. */
export interface JoinOptions {
  room: string;
  user: string;
  /** Who one is and what one may do, for servers that ask for it, see docs/tokens.md. */
  token?: string | undefined;
  /** What the application wants the others to know of oneself; an object of at most 2 KiB. */
  metadata?: Json | undefined;
}

/** A stay in one room. */
export class Room extends Emitter<RoomEvents> implements MediaHost {
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
  /** Who speaks, loudest first. */
  readonly speakers: readonly Participant[] = [];
  /** Who has the floor; stays in silence. */
  readonly dominant: Participant | undefined;
  readonly moderation: Moderation = new Moderation(this);
  #media: Media;

  /** Use `createRoom`. @internal */
  constructor(options: RoomOptions, media: (host: MediaHost) => Media) {
    super();
    this.options = options;
    this.#media = media(this);
    this.local = this.#media.local;
  }

  /**
   * Joins; resolves when one is in the room, after a lobby too (the state is `waiting` meanwhile). Rejects with an
   * AtriumError; one may try again then. `url` is the server's: `wss://host/room`.
   */
  connect(_url: string, _join: JoinOptions): Promise<void> {
    throw new Error('not yet');
  }

  /** Leaves. Waits for the server's answer no longer than two seconds and never rejects. */
  leave(): Promise<void> {
    throw new Error('not yet');
  }

  /** Leaves without waiting, for a page that goes away. */
  abandon(): void {}

  /** Writes to everybody in the room; comes back as an event `chat`. */
  async sendChat(text: string): Promise<void> {
    await this.call('sendMessage', { message: text, userMessage: this.local.user, roomMessage: this.name });
  }

  /** What was written before, oldest first, as far as the room keeps it. */
  chatHistory(): Promise<ChatMessage[]> {
    throw new Error('not yet');
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
  call<T>(_method: string, _params?: object): Promise<T> {
    throw new Error('not yet');
  }

  /** @internal */
  probe(): void {}
}
