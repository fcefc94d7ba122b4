import type { AtriumError } from '../core/errors.ts';
import type { PublishOptions } from '../core/options.ts';

/** Cameras, microphones and loudspeakers; their labels are empty before one was used. */
export function listDevices(_kind?: MediaDeviceKind): Promise<MediaDeviceInfo[]> {
  throw new Error('not yet');
}

/** Calls when a device comes or goes. Answers how to stop. */
export function onDevicesChanged(_fn: () => void): () => void {
  throw new Error('not yet');
}

/** What could be captured, and why not the rest. */
export interface Captured {
  audioTrack?: MediaStreamTrack;
  videoTrack?: MediaStreamTrack;
  problems: AtriumError[];
}

/** Opens camera and microphone, as far as they are there and permitted. Never rejects. */
export function capture(_constraints: Pick<PublishOptions, 'audio' | 'video'>): Promise<Captured> {
  throw new Error('not yet');
}
