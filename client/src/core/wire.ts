/**
 * What the server sends, as far as the core reads it, see docs/protocol.md. Every member is optional, because nothing
 * that comes from the network can be relied on.
 */
import type { Json } from './json.ts';

/** One stream of somebody. */
export interface WireStream {
  id?: string;
  /** false: it has no sound. */
  audio?: boolean;
  /** false: it has no picture. */
  video?: boolean;
  audioOff?: boolean;
  videoOff?: boolean;
  audioMuted?: boolean;
  videoMuted?: boolean;
}

/** Somebody in the room, or what has changed of them. */
export interface WireParticipant {
  id?: string;
  streams?: WireStream[];
  role?: string;
  permissions?: string[];
  metadata?: Json | undefined;
  handRaised?: boolean;
  handRaisedAt?: number;
  unreachable?: boolean;
}

/** How a room is run, see `changeRoom`. */
export interface RoomSettings {
  /** Nobody joins but who may moderate. */
  locked?: boolean;
  /** Newcomers wait until a moderator admits them. */
  lobby?: boolean;
  /** What is muted of everybody who joins, until they unmute themselves. */
  muteOnEntry?: ('audio' | 'video')[];
  /** How many chat messages are kept for those who come later. */
  chatHistory?: number;
  /** Absent or 0: as many as the server allows. */
  maxParticipants?: number;
  /** The application's own. */
  metadata?: Json;
}

/** The answer to joinRoom and getRoom. */
export interface JoinResult {
  value?: WireParticipant[];
  me?: WireParticipant;
  room?: RoomSettings;
  waiting?: WireParticipant[];
  speakers?: WireSpeakers;
  iceServers?: RTCIceServer[];
  connections?: string;
  sessionId?: string;
}

/** The notification speakersChanged. */
export interface WireSpeakers {
  dominant?: string;
  speakers?: { id?: string; level?: number }[];
}

/** The objects of a list, if it is one. */
export function list<T extends object>(given: unknown): T[] {
  return Array.isArray(given) ? given.filter((entry) => entry && typeof entry === 'object') : [];
}

/** The text, if it is one. */
export function word(given: unknown): string | undefined {
  return typeof given === 'string' ? given : undefined;
}
