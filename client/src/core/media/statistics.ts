import type { RemotePublication } from '../publication.ts';
import type { LocalPublication } from './local-publication.ts';

/** Sound, as it is received. Bitrates in bits per second, times in seconds, losses from 0 to 1, all of the last interval. */
export interface AudioReception {
  bitrate: number;
  loss: number;
  jitter: number;
  /** How long the last packets waited to be played. */
  jitterBuffer?: number;
  codec?: string | undefined;
}

/** A picture, as it is received. */
export interface VideoReception {
  bitrate: number;
  loss: number;
  width: number;
  height: number;
  framesPerSecond: number;
  /** How often it stood still since the beginning, and for how long in all. */
  freezeCount: number;
  totalFreezesDuration: number;
  jitterBuffer?: number;
  codec?: string | undefined;
}

/** What is received of one stream. */
export interface ReceiveStatistics {
  audio?: AudioReception;
  video?: VideoReception;
}

/** One size of a picture that is sent. */
export interface LayerStatistics {
  /** Empty when there is only one. */
  rid: string;
  width: number;
  height: number;
  framesPerSecond: number;
  bitrate: number;
  /** What keeps it from being better: `bandwidth` or `cpu`, where the browser says so. */
  limitedBy?: string | undefined;
}

/** What is sent of one stream. */
export interface SendStatistics {
  audio?: { bitrate: number; codec?: string | undefined };
  /** The layers that are sent at present, the largest first. */
  video?: { bitrate: number; codec?: string | undefined; layers: LayerStatistics[] };
}

/** All that is sent and received. */
export interface RoomStatistics {
  /** By publication. */
  received: ReadonlyMap<RemotePublication, ReceiveStatistics>;
  /** By publication. */
  sent: ReadonlyMap<LocalPublication, SendStatistics>;
  /** To the server and back, in seconds. */
  roundTrip?: number | undefined;
  /** What the connection is estimated to carry, in bits per second. */
  availableOutgoing?: number | undefined;
  /** How media goes: `udp` or `tcp`. */
  protocol?: string | undefined;
}

/** What reportStatistics takes of a stream, see docs/protocol.md: sums since it began. */
export interface Measured {
  freezeCount?: number | undefined;
  totalFreezesDuration?: number | undefined;
  framesDecoded?: number | undefined;
  concealedSamples?: number | undefined;
  totalSamplesReceived?: number | undefined;
  packetsLost?: number | undefined;
}
