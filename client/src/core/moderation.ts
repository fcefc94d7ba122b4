import type { RoomSettings } from './wire.ts';
import type { Room } from './room.ts';

/** Kinds of media of one stream; absent `stream`: the camera's. */
export interface Kinds {
  audio?: boolean;
  video?: boolean;
  stream?: string;
}

/** What those may do who may moderate. Everybody else gets an {@link AtriumError} `not-permitted`. */
export class Moderation {
  #room: Room;

  /** @internal */
  constructor(room: Room) {
    this.#room = room;
  }

  /** Whether one's permissions contain `moderate`. */
  get allowed(): boolean {
    return this.#room.local.permissions.includes('moderate');
  }

  /** Mutes of somebody what is true, and lifts what is false or absent. Nobody receives what is muted. */
  mute(user: string, kinds: Kinds): Promise<void> {
    return this.#room.call('muteParticipant', { user, ...kinds });
  }

  /** Mutes the cameras or microphones of all others. Answers of whom something was muted by this. */
  async muteAll(kinds: { audio?: boolean; video?: boolean }): Promise<string[]> {
    const { users } = await this.#room.call<{ users?: string[] }>('muteAll', kinds);
    return users ?? [];
  }

  /** Asks somebody to be heard or seen again, and allows it. */
  askToUnmute(user: string, kinds: Kinds): Promise<void> {
    return this.#room.call('askToUnmute', { user, ...kinds });
  }

  /** Ends a stream of somebody; absent `stream`: the camera's. */
  unpublish(user: string, stream?: string): Promise<void> {
    return this.#room.call('unpublishParticipant', { user, stream });
  }

  /** Sends somebody out, and with `banSeconds` keeps them out. */
  evict(user: string, how: { reason?: string; banSeconds?: number } = {}): Promise<void> {
    return this.#room.call('evictParticipant', { user, ...how });
  }

  /** Lifts a ban. */
  unban(user: string): Promise<void> {
    return this.#room.call('unbanParticipant', { user });
  }

  /** Lets somebody in who waits in the lobby. */
  admit(user: string): Promise<void> {
    return this.#room.call('admitParticipant', { user });
  }

  /** Sends somebody away who waits in the lobby. */
  deny(user: string, reason?: string): Promise<void> {
    return this.#room.call('denyParticipant', { user, reason });
  }

  /** Changes how the room is run; what is absent stays. */
  changeRoom(settings: RoomSettings): Promise<RoomSettings> {
    return this.#room.call<RoomSettings>('changeRoom', settings);
  }

  /** Gives somebody a role, or permissions (a list of the words of docs/tokens.md) in place of those they had. */
  grant(user: string, what: string | string[]): Promise<void> {
    return this.#room.call('changeGrants', { user, [typeof what === 'string' ? 'role' : 'permissions']: what });
  }

  /** Lowers the hand of somebody. */
  lowerHand(user: string): Promise<void> {
    return this.#room.call('raiseHand', { user, raised: false });
  }

  /** Ends the room for everybody, oneself included. */
  closeRoom(reason?: string): Promise<void> {
    return this.#room.call('closeRoom', { reason });
  }
}
