import type { AtriumError } from './errors.ts';
import type { Json } from './json.ts';
import type { LocalPublication } from './media/local-publication.ts';
import type { RemoteTrack } from './media/remote-track.ts';
import type { Participant, RemoteParticipant } from './participant.ts';
import type { RemotePublication } from './publication.ts';
import type { ConnectionQuality } from './quality.ts';
import type { RoomSettings } from './wire.ts';

/**
 * `waiting`: in the lobby, until a moderator decides. `reconnecting`: the way to the server is lost and being found
 * again; media may go on meanwhile.
 */
export type RoomState = 'new' | 'connecting' | 'waiting' | 'connected' | 'reconnecting' | 'ended';

/**
 * Why it is over: one's own `leave`; sent out by a moderator; the room was closed; not let in again by a moderator; the
 * server does not take one back (`error` says why); somebody joined under the same name elsewhere.
 */
export type EndReason = 'left' | 'evicted' | 'closed' | 'denied' | 'refused' | 'replaced';

/** One message of the chat. */
export interface ChatMessage {
  /** Who wrote it; empty: the application. */
  readonly user: string;
  readonly text: string;
  /** Milliseconds since 1970: of history as the server has it, else when it came. */
  readonly time: number;
}

/** The events of a {@link Room} and what they carry. */
export interface RoomEvents {
  stateChanged: { state: RoomState; previous: RoomState; reason?: EndReason | undefined };
  /** Also for all who are there when one joins; the state is not yet `connected` then. */
  participantJoined: { participant: RemoteParticipant };
  /** `reason` is what a moderator wrote. */
  participantLeft: { participant: RemoteParticipant; reason?: string | undefined };
  /** Role, permissions, metadata, hand, what is muted or off of their streams, or whether they can be reached; of oneself too. */
  participantChanged: { participant: Participant };
  streamPublished: { publication: RemotePublication };
  streamUnpublished: { publication: RemotePublication };
  trackSubscribed: { track: RemoteTrack; publication: RemotePublication };
  trackUnsubscribed: { track: RemoteTrack; publication: RemotePublication };
  subscriptionFailed: { publication: RemotePublication; error: AtriumError };
  /** The server sends no picture for now; `text` says why, for people; `bitrate` is what one's connection carries. */
  videoPaused: { publication: RemotePublication; text: string; bitrate?: number | undefined };
  videoResumed: { publication: RemotePublication };
  /** Who speaks, loudest first. `dominant` stays in silence. */
  speakersChanged: { speakers: readonly Participant[]; dominant: Participant | undefined };
  qualityChanged: { participant: Participant; quality: ConnectionQuality };
  /** One's own too. */
  chat: { message: ChatMessage };
  /** `from` is undefined when the application's server sends. */
  data: { from: string | undefined; topic: string | undefined; data: Json };
  settingsChanged: { settings: RoomSettings };
  /** For moderators: who waits in the lobby. */
  waitingChanged: { waiting: ReadonlySet<string> };
  /** A moderator asks to be heard or seen again: ask the person, then `local.unmute` and `setMicrophone`. */
  unmuteRequested: { by: string | undefined; stream: string; audio: boolean; video: boolean };
  /** What one publishes has ended, and not by `unpublish`: by a moderator, the browser's "stop sharing", a lost device. */
  localStreamEnded: { publication: LocalPublication; reason: string };
  reconnecting: { cause: 'signaling' | 'media' };
  /** `resumed`: as the same participant, nobody noticed. Else the others saw one leave and join. */
  reconnected: { resumed: boolean };
  /** Not before `connect` has resolved: until then its rejection says it. `text` is what a moderator wrote. */
  ended: { reason: EndReason; text?: string | undefined; error?: AtriumError | undefined };
  /** What the SDK does not know: `custonNotification`, say. */
  notification: { method: string; params: Json };
}
