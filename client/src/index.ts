/**
 * The client of Atrium for browsers: rooms, people, what they publish and what is received of it. Begin with
 * {@link createRoom}.
 *
 * @packageDocumentation
 */

export { createRoom } from './browser/create-room.ts';
export { capture, listDevices, onDevicesChanged, type Captured } from './browser/devices.ts';
export { environmentProblem } from './browser/environment.ts';
export { browserPlatform } from './browser/platform.ts';
export { Emitter } from './core/emitter.ts';
export { AtriumError, type AtriumErrorCode } from './core/errors.ts';
export type { ChatMessage, EndReason, RoomEvents, RoomState } from './core/events.ts';
export type { Json } from './core/json.ts';
export { LocalParticipant } from './core/media/local-participant.ts';
export { LocalPublication, type Kind } from './core/media/local-publication.ts';
export { RemoteTrack, type Priority } from './core/media/remote-track.ts';
export type {
  AudioReception,
  LayerStatistics,
  ReceiveStatistics,
  RoomStatistics,
  SendStatistics,
  VideoReception,
} from './core/media/statistics.ts';
export { Subscription, type VideoPreference } from './core/media/subscription.ts';
export { Moderation, type Kinds } from './core/moderation.ts';
export type { PublishOptions, RoomOptions } from './core/options.ts';
export { Participant, RemoteParticipant } from './core/participant.ts';
export type { ElementView, MediaElementLike, Platform, WebSocketLike } from './core/platform.ts';
export { Publication, RemotePublication } from './core/publication.ts';
export type { ConnectionQuality } from './core/quality.ts';
export { Room, type JoinOptions } from './core/room.ts';
export type { RoomSettings } from './core/wire.ts';
