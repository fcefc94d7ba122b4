import { capture as captureWith, type Captured } from '../core/media/capture.ts';
import type { PublishOptions } from '../core/options.ts';
import { browserPlatform } from './platform.ts';

export type { Captured } from '../core/media/capture.ts';

/** Cameras, microphones and loudspeakers, or those of one kind. Labels and ids are empty before the person has allowed one. */
export async function listDevices(kind?: MediaDeviceKind): Promise<MediaDeviceInfo[]> {
  const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  return devices.filter((device) => !kind || device.kind === kind);
}

/** Calls when a device comes or goes. Answers how to stop. */
export function onDevicesChanged(fn: () => void): () => void {
  const { mediaDevices } = navigator;
  mediaDevices?.addEventListener('devicechange', fn);
  return () => mediaDevices?.removeEventListener('devicechange', fn);
}

/** Opens camera and microphone, as far as they are there and permitted. Never rejects. */
export function capture(constraints: Pick<PublishOptions, 'audio' | 'video'>): Promise<Captured> {
  return captureWith(browserPlatform(), constraints);
}
