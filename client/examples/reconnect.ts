import type { Room } from 'atrium-client';

export function banner(room: Room, show: (text: string) => void): void {
  room.on('reconnecting', () => show('The connection is lost. Trying to come back…'));
  room.on('reconnected', ({ resumed }) => show(resumed ? '' : 'You are back in the room.'));
  room.on('stateChanged', ({ state }) => {
    if (state === 'waiting') {
      show('A moderator has to let you in.');
    }
  });
}
