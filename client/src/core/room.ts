import { Emitter } from './emitter.ts';
import { AtriumError, type AtriumErrorCode } from './errors.ts';
import type { ChatMessage, EndReason, RoomEvents, RoomState } from './events.ts';
import type { Json, Writable } from './json.ts';
import { Moderation } from './moderation.ts';
import type { LocalParticipant } from './media/local-participant.ts';
import type { RoomStatistics } from './media/statistics.ts';
import { notice, waits } from './notices.ts';
import type { RoomOptions } from './options.ts';
import type { Participant, RemoteParticipant } from './participant.ts';
import { People } from './people.ts';
import { QualityWatch } from './quality.ts';
import type { Media, MediaHost } from './seam.ts';
import { Session } from './session.ts';
import { list, type JoinResult, type RoomSettings, type WireParticipant } from './wire.ts';

/** Which room, and as whom. */
export interface JoinOptions {
  room: string;
  user: string;
  /** Who one is and what one may do, for servers that ask for it, see docs/tokens.md. */
  token?: string | undefined;
  /** What the application wants the others to know of oneself; an object of at most 2 KiB. */
  metadata?: Json | undefined;
}

const ENDINGS = {
  left: 'aborted',
  evicted: 'evicted',
  closed: 'room-closed',
  denied: 'denied',
  refused: 'server-error',
  replaced: 'name-taken',
} as const;

const GREETING = { speakers: true, extensions: true, connections: 'paired' };

/** A stay in one room. It is the `MediaHost` of its media, with members that are no part of the package. */
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
  #quality = new QualityWatch(this);
  #session: Session | undefined;
  #deaf: (() => void) | undefined; // to changes of the network
  #entry: { resolve(): void; reject(error: AtriumError): void } | undefined; // of the connect under way

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
  connect(url: string, { room, user, token, metadata }: JoinOptions): Promise<void> {
    if (this.state !== 'new' && this.state !== 'ended') {
      return Promise.reject(new AtriumError('aborted', { text: 'Leave this room first.' }));
    }
    const self: Writable<this> = this;
    const { platform } = this.options;
    self.serverUrl = url;
    self.name = room;
    const local: Writable<Participant> = this.local;
    local.user = user;
    local.metadata = metadata;
    const greeting = (): object => ({ ...GREETING, room, user, token, metadata: local.metadata });
    const session = (this.#session = new Session(platform, url, greeting, {
      notified: (method, params) => this.#notified(method, params),
      waiting: () => this.#to('waiting'),
      joined: (result) => this.#joined(result),
      lost: () => this.#lost(),
      back: (resumed) => this.#media.signalingBack(resumed),
      resumed: (result) => this.#resumed(result),
      over: (reason, error) => this.#end(reason, undefined, error),
    }));
    this.#deaf = platform.onNetworkChange(() => {
      session.networkChanged();
      this.#media.networkChanged();
    });
    return new Promise((resolve, reject) => {
      this.#entry = { resolve, reject };
      this.#to('connecting');
      session.start().catch((error) => this.#session === session && this.#end('refused', undefined, error));
    });
  }

  /** Leaves. Waits for the server's answer no longer than two seconds and never rejects. */
  async leave(): Promise<void> {
    await this.#session?.leave();
    this.#end('left');
  }

  /** Leaves without waiting, for a page that goes away. */
  abandon(): void {
    this.#session?.leave();
    this.#end('left');
  }

  /** Writes to everybody in the room; comes back as an event `chat`. */
  async sendChat(text: string): Promise<void> {
    await this.call('sendMessage', { message: text, userMessage: this.local.user, roomMessage: this.name });
  }

  /** What was written before, oldest first, as far as the room keeps it. */
  async chatHistory(): Promise<ChatMessage[]> {
    const { messages } = await this.call<{ messages?: unknown }>('getChatHistory');
    return list<{ user?: string; message?: string; time?: number }>(messages).map(({ user, message, time }) => ({
      user: user ?? '',
      text: String(message),
      time: Number(time),
    }));
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
    if (!this.#session) {
      throw new AtriumError('aborted');
    }
    return this.#session.line.call<T>(method, params);
  }

  /** @internal */
  probe(): void {
    this.#session?.line.probe();
  }

  #to(state: RoomState, reason?: EndReason): void {
    const previous = this.state;
    (this as Writable<this>).state = state;
    this.emit('stateChanged', { state, previous, reason });
  }

  #notified(method: string, params: Record<string, unknown>): void {
    const inside = {
      room: this,
      people: this.#people,
      admitted: () => this.#session?.admitted(),
      end: (reason: EndReason, text?: string) => this.#end(reason, text),
    };
    if (!notice(inside, method, params) && !this.#media.notification(method, params)) {
      this.emit('notification', { method, params: params as Json });
    }
  }

  #joined(result: JoinResult): void {
    if (result.connections !== 'paired') {
      this.#session?.leave();
      this.#end('refused', undefined, new AtriumError('not-supported', { text: 'The server is too old for this page.' }));
      return;
    }
    this.#settle(result, true);
    const again = this.state === 'reconnecting';
    this.#to('connected');
    this.#media.joined(result);
    this.#quality.start();
    this.#entry?.resolve();
    this.#entry = undefined;
    if (again) {
      this.emit('reconnected', { resumed: false });
    }
  }

  #settle(result: JoinResult, fresh: boolean): void {
    this.#people.settle(result, fresh);
    (this as Writable<this>).settings = result.room;
    waits(this, list<WireParticipant>(result.waiting).map(({ id }) => String(id)));
  }

  #lost(): void {
    this.#to('reconnecting');
    this.#media.signalingLost();
    this.emit('reconnecting', { cause: 'signaling' });
  }

  #resumed(result: JoinResult | undefined): void {
    if (result) {
      this.#settle(result, false);
    }
    this.#to(result ? 'connected' : 'waiting');
    this.emit('reconnected', { resumed: true });
  }

  #end(reason: EndReason, text?: string, error?: AtriumError): void {
    if (!this.#session) {
      return;
    }
    this.#session.close();
    this.#session = undefined;
    this.#deaf?.();
    this.#quality.stop();
    this.#to('ended', reason);
    this.#people.clear();
    this.#media.close();
    const entry = this.#entry;
    this.#entry = undefined;
    if (entry) {
      entry.reject(error ?? because(ENDINGS[reason], text));
    } else {
      this.emit('ended', { reason, text, error });
    }
  }
}

// With the words of the moderator, if there are any.
function because(code: AtriumErrorCode, words = ''): AtriumError {
  const error = new AtriumError(code);
  return words ? new AtriumError(code, { text: `${error.message} “${words}”` }) : error;
}
