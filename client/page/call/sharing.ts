// One's own screen and hand.

import type { AtriumError, Room } from '../../src/index.ts';
import { announce, complain } from '../parts/notices.ts';

/** Whether this browser can share a screen; those on phones cannot. */
export const canShare = (): boolean => typeof navigator.mediaDevices?.getDisplayMedia === 'function';

/** Whether the server lets one share a screen. */
export const mayShare = (room: Room): boolean => canShare() && room.local.permissions.includes('publish:screen');

export const isSharing = (room: Room): boolean => room.local.publications.has('screen');

/** Shares a screen, or ends that. */
export async function toggleScreen(room: Room): Promise<void> {
  try {
    if (isSharing(room)) {
      await room.local.unpublish('screen');
    } else {
      await room.local.publishScreen({ audio: true });
    }
  } catch (error) {
    const { code, message } = error as AtriumError;
    if (code !== 'permission-denied' && code !== 'aborted') {
      announce(`Your screen cannot be shared: ${message}`);
    }
  }
}

/** Raises the hand, or lowers it. */
export async function toggleHand(room: Room): Promise<void> {
  await room.local.raiseHand(room.local.handRaisedAt === undefined).catch(complain);
}
