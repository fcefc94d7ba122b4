// The Room of a fake call as the SDK has it: what the page reads, calls and hears.

import { Emitter, type Participant, type Room, type RoomEvents } from '../../src/index.ts';
import { FakeLocal } from './fake-local.ts';

/** What stands for a Room; FakeRoom lets people come and go in it. */
export class FakeBase extends Emitter<RoomEvents> {
  state: Room['state'] = 'new';
  readonly name: string;
  readonly serverUrl = 'wss://fake.example/room';
  readonly local: FakeLocal;
  readonly participants = new Map<string, Participant>();
  settings: Room['settings'] = {};
  waiting: ReadonlySet<string> = new Set();
  speakers: readonly Participant[] = [];
  dominant: Participant | undefined;
  readonly moderation = { allowed: true };

  constructor(name: string) {
    super();
    this.name = name;
    this.local = new FakeLocal('', () => this.emit('participantChanged', { participant: this.local.local }));
  }

  /** As what it stands for. */
  get room(): Room {
    return this as unknown as Room;
  }

  async connect(_url: string, { user }: { user: string }): Promise<void> {
    this.local.user = user;
    this.go('connected');
  }

  async leave(): Promise<void> {
    this.abandon();
    this.go('ended');
    this.emit('ended', { reason: 'left' });
  }

  abandon(): void {}

  async sendChat(text: string): Promise<void> {
    this.says(this.local.user, text);
  }

  async chatHistory(): Promise<[]> {
    return [];
  }

  /** Somebody writes. */
  says(user: string, text: string, time = Date.now()): void {
    this.emit('chat', { message: { user, text, time } });
  }

  /** The way to the server is lost, until `back`. */
  lose(cause: 'signaling' | 'media'): void {
    this.go('reconnecting');
    this.emit('reconnecting', { cause });
  }

  back(resumed = true): void {
    this.go('connected');
    this.emit('reconnected', { resumed });
  }

  protected go(state: Room['state']): void {
    const previous = this.state;
    this.state = state;
    this.emit('stateChanged', { state, previous });
  }
}
