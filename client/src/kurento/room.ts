import type { RoomEvents } from '../core/events.ts';
import { bindMethods } from './bound.ts';
import type { Kurento } from './kurento.ts';
import { Listeners, type Listener } from './listeners.ts';
import type { Participant } from './participant.ts';
import { Roster } from './roster.ts';
import { Speaking } from './speaking.ts';
import type { Stream } from './stream.ts';
import { wireError } from './wire-error.ts';

/** Options of `kurento.Room`. The others that there were had no effect: everything is received, and the server finds who speaks. */
export interface RoomOptions {
  room: string;
  user: string;
  /** Milliseconds between two events `update-main-speaker`. Default: 1500. */
  updateSpeakerInterval?: number;
}

/** How long the way to the server may be lost before the page is told, in milliseconds: as long as the server keeps one's place. */
const PATIENCE = 10_000;

/** The `Room` of the old client. */
export class Room {
  readonly name: string;
  #kurento: Kurento;
  #user: string;
  #listeners = new Listeners();
  #streams: Record<string, Stream> = {};
  #roster: Roster;
  #speaking: Speaking;
  #connected = false;
  #patience: ReturnType<typeof setTimeout> | undefined;

  constructor(kurento: Kurento, options: RoomOptions) {
    this.name = options.room;
    this.#kurento = kurento;
    this.#user = options.user;
    this.#speaking = new Speaking(options.updateSpeakerInterval || 1500, (participantId) =>
      this.emitEvent('update-main-speaker', [{ participantId }]),
    );
    bindMethods(this);
    this.#roster = new Roster(kurento, this, options.user);
    this.#listen();
  }

  addEventListener(name: string, listener: Listener): void {
    this.#listeners.add(name, listener);
  }

  emitEvent(name: string, values?: readonly unknown[] | null): void {
    this.#listeners.emit(name, values);
  }

  getLocalParticipant(): Participant {
    return this.#roster.local;
  }

  /** By the id of the stream: of all that are called `webcam` there is the one that came last. */
  getStreams(): Record<string, Stream> {
    return this.#streams;
  }

  addParticipantSpeaking(participantId: string): void {
    this.#speaking.add(participantId);
  }

  removeParticipantSpeaking(participantId: string): void {
    this.#speaking.remove(participantId);
  }

  /** Joins; then `room-connected` with who is there and what they publish, or `error-room`. */
  connect(): void {
    const { sdk, wsUri } = this.#kurento;
    sdk.connect(wsUri, { room: this.name, user: this.#user }).then(
      () => this.#joined(),
      (error: unknown) => this.emitEvent('error-room', [{ error: wireError(error) }]),
    );
  }

  subscribe(stream: Stream): void {
    stream.subscribe();
  }

  /** Leaves; `forced` does not wait for the server. Use `kurento.close`. */
  leave(forced = false): void {
    this.#connected = false;
    this.#speaking.stop();
    clearTimeout(this.#patience);
    if (forced) {
      this.#kurento.sdk.abandon();
    } else {
      void this.#kurento.sdk.leave();
    }
    this.#roster.dismissAll();
  }

  /** Unpublishes one's own stream, or no longer receives somebody's. Use `kurento.disconnectParticipant`. */
  disconnect(stream: Stream): void {
    const participant = stream.getParticipant();
    if (participant) {
      this.#roster.dismiss(participant);
    }
  }

  #joined(): void {
    this.#connected = true;
    const participants = [...this.#kurento.sdk.participants.values()].map((person) => this.#roster.known(person));
    const streams = participants.flatMap((participant) => Object.values(participant.getStreams()));
    this.emitEvent('room-connected', [{ participants, streams }]);
    streams.forEach((stream) => stream.received()); // what has come meanwhile
  }

  #listen(): void {
    const [sdk, roster] = [this.#kurento.sdk, this.#roster];
    // Who and what is there when one joins is told by room-connected; when one has left, nobody goes any more.
    const inside = <E>(tell: (event: E) => void) => (event: E) => this.#connected && tell(event);
    sdk.on('stateChanged', ({ state }) => (this.#connected &&= state !== 'ended'));
    sdk.on('participantJoined', inside(({ participant }) => roster.joined(participant)));
    sdk.on('participantLeft', inside(({ participant }) => roster.left(participant.user)));
    sdk.on('streamPublished', inside(({ publication }) => roster.published(publication)));
    sdk.on('streamUnpublished', inside(({ publication }) => roster.unpublished(publication)));
    sdk.on('trackSubscribed', inside(({ track, publication: { participant, stream } }) =>
      roster.known(participant).getStreams()[stream]?.received([track]),
    ));
    sdk.on('subscriptionFailed', ({ error }) => this.emitEvent('error-media', [{ error: error.message }]));
    sdk.on('localStreamEnded', ({ reason }) => this.emitEvent('error-media', [{ error: reason }]));
    sdk.on('speakersChanged', (event) => this.#speakers(event));
    sdk.on('chat', ({ message }) =>
      this.emitEvent('newMessage', [{ room: this.name, user: message.user, message: message.text }]),
    );
    sdk.on('data', ({ from, data }) => this.emitEvent('data-received', [{ user: from, data }]));
    sdk.on('notification', ({ method, params }) => {
      if (method === 'custonNotification') {
        this.emitEvent('custom-message-received', [{ params }]);
      }
    });
    sdk.on('reconnecting', () => {
      clearTimeout(this.#patience);
      this.#patience = setTimeout(() => this.#lost(), PATIENCE);
    });
    sdk.on('reconnected', () => clearTimeout(this.#patience));
    sdk.on('ended', (event) => this.#ended(event));
  }

  /** One's own voice counts when one asked to be shown one's own stream, as when it came back from the server. */
  #speakers({ speakers }: RoomEvents['speakersChanged']): void {
    const streams = speakers.map(({ user }) => this.#roster.get(user)?.getStreams()['webcam']);
    const ids = streams.flatMap((stream) => (stream && (!stream.isLocal() || stream.displayMyRemote()) ? stream.getGlobalID() : []));
    const { began, stopped } = this.#speaking.changes(ids);
    for (const participantId of stopped) {
      this.#speaking.remove(participantId);
      this.emitEvent('stream-stopped-speaking', [{ participantId }]);
    }
    for (const participantId of began) {
      this.#speaking.add(participantId);
      this.emitEvent('stream-speaking', [{ participantId }]);
    }
  }

  #lost(): void {
    this.emitEvent('lost-connection', [{ room: this.name }]);
  }

  #ended({ reason }: RoomEvents['ended']): void {
    clearTimeout(this.#patience);
    if (reason === 'evicted') {
      this.emitEvent('participant-evicted', [{ localParticipant: this.#roster.local }]);
    } else if (reason === 'closed') {
      this.emitEvent('room-closed', [{ room: this.name }]);
    } else if (reason !== 'left') {
      this.#lost();
    }
  }
}
