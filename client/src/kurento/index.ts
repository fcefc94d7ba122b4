/**
 * The globals of Kurento Room's client, on top of the SDK, so that pages written for it change one script tag. What each
 * does, and what is different, is in docs/kurento-room-js.md.
 *
 * @packageDocumentation
 */
import { Kurento } from './kurento.ts';
import { Participant } from './participant.ts';
import { Room } from './room.ts';
import { Stream } from './stream.ts';

/** Opens the way to a server, then calls back. It was called with `new` and without. */
function KurentoRoom(wsUri: string, callback: (error: Error | null, kurento?: Kurento) => void): Kurento {
  return new Kurento(wsUri, callback);
}
KurentoRoom.prototype = Kurento.prototype;

Object.assign(globalThis, { KurentoRoom, Room, Stream, Participant });
