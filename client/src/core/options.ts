import type { Platform } from './platform.ts';

/** How something is published. What is absent is chosen by the SDK, as said here. */
export interface PublishOptions {
  /** With {@link LocalParticipant.publishCamera}: whether, or which, sound is captured. Default: true. */
  audio?: boolean | MediaTrackConstraints;
  /** Likewise for the picture. Default: true. */
  video?: boolean | MediaTrackConstraints;
  /** Published instead of capturing one. The SDK never stops a track that it was given. */
  audioTrack?: MediaStreamTrack;
  videoTrack?: MediaStreamTrack;
  codec?: 'auto' | 'vp8' | 'h264' | 'vp9' | 'av1';
  /** Several sizes of the picture, so that each receiver gets the one it can use. Default: true. */
  simulcast?: boolean;
  /** Of VP9 and AV1, where the browser can: `L3T3_KEY`, say. */
  scalabilityMode?: string;
  /** Of the largest picture, in bits per second. */
  maxBitrate?: number;
  maxFramerate?: number;
  contentHint?: '' | 'motion' | 'detail' | 'text' | 'speech' | 'music';
  /** Sound that repeats itself, against loss. Default: true. */
  audioRed?: boolean;
}

/** How a {@link Room} behaves. */
export interface RoomOptions {
  platform: Platform;
  /** Receive everything that is published. Default: true. */
  autoSubscribe: boolean;
  /** Ask for the size that fits the elements a picture is shown in, and for nothing where none is visible. Default: true. */
  adaptive: boolean;
  /** Stop sending sizes that nobody watches. Default: true. */
  stopUnwatched: boolean;
  publishDefaults: PublishOptions;
  /** Instead of those that the server hands out. */
  iceServers?: RTCIceServer[];
  iceTransportPolicy?: RTCIceTransportPolicy;
  /** Milliseconds between looks at statistics and quality; 0: none. Default: 2000. */
  statisticsInterval: number;
}
