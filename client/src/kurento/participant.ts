import { bindMethods } from './bound.ts';
import type { Kurento } from './kurento.ts';
import type { Room } from './room.ts';
import { Stream, type StreamOptions } from './stream.ts';

/** Somebody, as the server names them. */
export interface ParticipantOptions {
  id: string;
  streams?: StreamOptions[];
}

/** The `Participant` of the old client. */
export class Participant {
  #id: string;
  #kurento: Kurento;
  #room: Room;
  #streams: Record<string, Stream> = {};

  constructor(kurento: Kurento, _local: boolean, room: Room, options: ParticipantOptions) {
    this.#id = options.id;
    this.#kurento = kurento;
    this.#room = room;
    bindMethods(this);
    options.streams?.forEach((stream) => this.offer(stream));
  }

  getID(): string {
    return this.#id;
  }

  setId(id: string): void {
    this.#id = id;
  }

  /** By id; the room's own list is by id too, so that there everybody's `webcam` is the one that came last, as ever. */
  getStreams(): Record<string, Stream> {
    return this.#streams;
  }

  addStream(stream: Stream): void {
    this.#streams[stream.getID()] = stream;
    this.#room.getStreams()[stream.getID()] = stream;
  }

  /** Candidates are the SDK's business; here for pages that call it. */
  sendIceCandidate(_candidate: unknown): void {}

  dispose(): void {
    for (const stream of Object.values(this.#streams)) {
      stream.dispose();
    }
  }

  /** @internal Adds a stream that they publish. */
  offer(options: StreamOptions): Stream {
    const stream = new Stream(this.#kurento, false, this.#room, { recvVideo: true, recvAudio: true, ...options, participant: this });
    this.addStream(stream);
    return stream;
  }

  /** @internal Forgets a stream that was unpublished, and answers it. */
  removeStream(id: string): Stream | undefined {
    const stream = this.#streams[id];
    delete this.#streams[id];
    return stream;
  }
}
