import { AtriumError, type Room } from 'atrium-client';

export async function enter(room: Room, user: string, say: (text: string) => void): Promise<boolean> {
  try {
    await room.connect('wss://your.server/room', { room: 'daily', user });
    return true;
  } catch (error) {
    if (error instanceof AtriumError && error.code === 'name-taken') {
      return enter(room, `${user} 2`, say);
    }
    say(error instanceof AtriumError ? error.message : String(error));
    return false;
  }
}

export function watch(room: Room, say: (text: string) => void): void {
  room.on('subscriptionFailed', ({ publication, error }) => say(`${publication.participant.user}: ${error.message}`));
  room.on('ended', ({ reason, text, error }) => {
    switch (reason) {
      case 'left':
        break; // we know
      case 'evicted':
        say(`You were removed. ${text ?? ''}`);
        break;
      case 'closed':
        say(`The meeting is over. ${text ?? ''}`);
        break;
      default:
        say(error?.message ?? `You are no longer in the room (${reason}).`);
    }
  });
}
