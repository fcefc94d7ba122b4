import type { RemoteParticipant } from '../core/participant.ts';
import type { RemotePublication } from '../core/publication.ts';
import type { Kurento } from './kurento.ts';
import { Participant } from './participant.ts';
import type { Room } from './room.ts';
import type { Stream } from './stream.ts';

/** Who is in the room, in the objects of the old client, and the events of their coming and going. */
export class Roster {
  /** Oneself. */
  readonly local: Participant;
  #kurento: Kurento;
  #room: Room;
  #participants = new Map<string, Participant>();

  constructor(kurento: Kurento, room: Room, user: string) {
    this.#kurento = kurento;
    this.#room = room;
    this.local = new Participant(kurento, true, room, { id: user });
    this.#participants.set(user, this.local);
  }

  get(user: string): Participant | undefined {
    return this.#participants.get(user);
  }

  /** The object that stands for the SDK's, with all that they publish. */
  known(person: RemoteParticipant): Participant {
    const participant =
      this.#participants.get(person.user) ?? new Participant(this.#kurento, false, this.#room, { id: person.user });
    this.#participants.set(person.user, participant);
    for (const id of person.publications.keys()) {
      if (!participant.getStreams()[id]) {
        participant.offer({ id });
      }
    }
    return participant;
  }

  joined(person: RemoteParticipant): void {
    this.#room.emitEvent('participant-joined', [{ participant: this.known(person) }]);
  }

  published({ participant: person, stream: id }: RemotePublication): void {
    const participant = this.known(person);
    const stream = participant.getStreams()[id];
    this.#room.emitEvent('participant-published', [{ participant }]);
    this.#room.emitEvent('stream-added', [{ stream }]);
  }

  /** Who publishes nothing any more has left, as far as the old client is concerned. */
  unpublished({ participant: { user, publications }, stream: id }: RemotePublication): void {
    if ([...publications.keys()].every((other) => other === id)) {
      this.left(user);
      return;
    }
    const stream = this.#participants.get(user)?.removeStream(id);
    if (stream) {
      this.#remove(stream);
    }
  }

  left(user: string): void {
    const participant = this.#participants.get(user);
    if (!participant || participant === this.local) {
      return;
    }
    this.#participants.delete(user);
    this.#room.emitEvent('participant-left', [{ participant }]);
    Object.values(participant.getStreams()).forEach((stream) => this.#remove(stream));
  }

  /** Takes somebody off the page who is still there: they are received no longer, or one has unpublished. */
  dismiss(participant: Participant): void {
    this.#participants.delete(participant.getID());
    participant.dispose();
  }

  dismissAll(): void {
    [...this.#participants.values()].forEach((participant) => this.dismiss(participant));
  }

  #remove(stream: Stream): void {
    this.#room.emitEvent('stream-removed', [{ stream }]);
    stream.dispose();
  }
}
