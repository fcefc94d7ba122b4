import type { LocalPublication } from './local-publication.ts';
import type { RemotePublication } from '../publication.ts';

/** What is received of one stream. Bitrates in bits per second, times in seconds, losses from 0 to 1. */
export interface ReceiveStatistics {
  audio?: { bitrate: number; loss: number; jitter: number; codec?: string };
  video?: {
    bitrate: number;
    loss: number;
    width: number;
    height: number;
    framesPerSecond: number;
    freezeCount: number;
    totalFreezesDuration: number;
    codec?: string;
  };
}

/** What is sent of one stream. */
export interface SendStatistics {
  audio?: { bitrate: number; codec?: string };
  video?: {
    bitrate: number;
    codec?: string;
    /** One for each encoding that is sent, the largest first. */
    layers: { rid: string; width: number; height: number; framesPerSecond: number; bitrate: number }[];
  };
}

/** All that is sent and received. */
export interface RoomStatistics {
  received: ReadonlyMap<RemotePublication, ReceiveStatistics>;
  sent: ReadonlyMap<LocalPublication, SendStatistics>;
  /** To the server and back, in seconds. */
  roundTrip?: number;
  /** What the connection is estimated to carry, in bits per second. */
  availableOutgoing?: number;
  /** How media goes: `udp` or `tcp`. */
  protocol?: string;
}
