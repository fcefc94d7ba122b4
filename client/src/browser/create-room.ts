import { createMedia } from '../core/media/media.ts';
import type { RoomOptions } from '../core/options.ts';
import { Room } from '../core/room.ts';
import { browserPlatform } from './platform.ts';

/** Makes a room that one can join. What is absent is as said at {@link RoomOptions}. */
export function createRoom(options: Partial<RoomOptions> = {}): Room {
  return new Room(
    {
      platform: options.platform ?? browserPlatform(),
      autoSubscribe: true,
      adaptive: true,
      stopUnwatched: true,
      publishDefaults: {},
      statisticsInterval: 2000,
      ...options,
    },
    createMedia,
  );
}
