import { AtriumError, type AtriumErrorCode } from './errors.ts';
import type { EndReason, RoomState } from './events.ts';
import type { Json, Writable } from './json.ts';
import { notice, waits } from './notices.ts';
import type { People } from './people.ts';
import type { JoinOptions, Room } from './room.ts';
import type { Media } from './seam.ts';
import { Session, type SessionEvents } from './session.ts';
import { list, type JoinResult, type WireParticipant } from './wire.ts';

const GREETING = { speakers: true, extensions: true, connections: 'paired' };

/** What a connect under way rejects with, when no error says more. */
const ENDINGS: Partial<Record<EndReason, AtriumErrorCode>> = { left: 'aborted', closed: 'room-closed', replaced: 'name-taken' };

/** One stay in a room, from `connect` to the end: leads the room from state to state and tells the media. */
export class Stay implements SessionEvents {
  readonly session: Session;
  readonly room: Writable<Room>;
  readonly people: People;
  #media: Media;
  #deaf: () => void; // to changes of the network
  #entry: { resolve(): void; reject(error: AtriumError): void } | undefined; // until one is in the room
  #over = false;

  constructor(room: Room, people: People, media: Media, { room: name, user, token }: JoinOptions) {
    this.room = room;
    this.people = people;
    this.#media = media;
    const { platform } = room.options;
    const greeting = (): object => ({ ...GREETING, room: name, user, token, metadata: room.local.metadata });
    this.session = new Session(platform, room.serverUrl, greeting, this);
    this.#deaf = platform.onNetworkChange(() => {
      this.session.networkChanged();
      media.networkChanged();
    });
  }

  /** Resolves when one is in the room. */
  enter(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#entry = { resolve, reject };
      this.#to('connecting');
      this.session.start().catch((error) => this.over('refused', error));
    });
  }

  /** Says it once, to whoever waits for the entry or else as an event. `text` is what a moderator wrote. */
  end(reason: EndReason, text?: string, error?: AtriumError): void {
    if (this.#over) {
      return;
    }
    this.#over = true;
    this.session.close();
    this.#deaf();
    this.#to('ended', reason);
    this.people.clear();
    this.#media.close();
    if (this.#entry) {
      this.#entry.reject(error ?? because(ENDINGS[reason] ?? (reason as 'evicted' | 'denied'), text));
    } else {
      this.room.emit('ended', { reason, text, error });
    }
  }

  #to(state: RoomState, reason?: EndReason): void {
    const previous = this.room.state;
    this.room.state = state;
    this.room.emit('stateChanged', { state, previous, reason });
  }

  over(reason: EndReason, error?: AtriumError): void {
    this.end(reason, undefined, error);
  }

  waiting(): void {
    this.#to('waiting');
  }

  back(resumed: boolean): void {
    this.#media.signalingBack(resumed);
  }

  notified(method: string, params: Record<string, unknown>): void {
    if (!notice(this, method, params) && !this.#media.notification(method, params)) {
      this.room.emit('notification', { method, params: params as Json });
    }
  }

  joined(result: JoinResult): void {
    if (result.connections !== 'paired') {
      this.session.leave();
      this.over('refused', new AtriumError('not-supported', { text: 'The server is too old for this page.' }));
      return;
    }
    const again = !this.#entry;
    this.#settle(result, true);
    this.#to('connected');
    this.#media.joined(result);
    this.#entry?.resolve();
    this.#entry = undefined;
    if (again) {
      this.room.emit('reconnected', { resumed: false });
    }
  }

  #settle(result: JoinResult, fresh: boolean): void {
    this.people.settle(result, fresh);
    this.room.settings = result.room;
    waits(this.room, list<WireParticipant>(result.waiting).map(({ id }) => String(id)));
  }

  lost(): void {
    this.#to('reconnecting');
    this.#media.signalingLost();
    this.room.emit('reconnecting', { cause: 'signaling' });
  }

  resumed(result: JoinResult | undefined): void {
    if (result) {
      this.#settle(result, false);
    }
    this.#to(result ? 'connected' : 'waiting');
    this.room.emit('reconnected', { resumed: true });
  }
}

// With the words of the moderator, if there are any.
function because(code: AtriumErrorCode, words = ''): AtriumError {
  const error = new AtriumError(code);
  return words ? new AtriumError(code, { text: `${error.message} “${words}”` }) : error;
}
