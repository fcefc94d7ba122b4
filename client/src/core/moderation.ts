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
  async mute(user: string, kinds: Kinds): Promise<void> {
    await this.#room.call('muteParticipant', { user, ...kinds });
  }

  /** Mutes the cameras or microphones of all others. Answers of whom something was muted by this. */
  async muteAll(kinds: { audio?: boolean; video?: boolean }): Promise<string[]> {
    const { users } = await this.#room.call<{ users?: string[] }>('muteAll', kinds);
    return users ?? [];
  }

  /** Asks somebody to be heard or seen again, and allows it. */
  async askToUnmute(user: string, kinds: Kinds): Promise<void> {
    await this.#room.call('askToUnmute', { user, ...kinds });
  }

  /** Ends a stream of somebody; absent `stream`: the camera's. */
  async unpublish(user: string, stream?: string): Promise<void> {
    await this.#room.call('unpublishParticipant', { user, stream });
  }

  /** Sends somebody out, and with `banSeconds` keeps them out. */
  async evict(user: string, how: { reason?: string; banSeconds?: number } = {}): Promise<void> {
    await this.#room.call('evictParticipant', { user, ...how });
  }

  /** Lifts a ban. */
  async unban(user: string): Promise<void> {
    await this.#room.call('unbanParticipant', { user });
  }

  /** Lets somebody in who waits in the lobby. */
  async admit(user: string): Promise<void> {
    await this.#room.call('admitParticipant', { user });
  }

  /** Sends somebody away who waits in the lobby. */
  async deny(user: string, reason?: string): Promise<void> {
    await this.#room.call('denyParticipant', { user, reason });
  }

  /** Changes how the room is run; what is absent stays. */
  async changeRoom(settings: RoomSettings): Promise<RoomSettings> {
    return this.#room.call<RoomSettings>('changeRoom', settings);
  }

  /** Gives somebody a role, or permissions (a list of the words of docs/tokens.md) in place of those they had. */
  async grant(user: string, what: string | string[]): Promise<void> {
    await this.#room.call('changeGrants', { user, [typeof what === 'string' ? 'role' : 'permissions']: what });
  }

  /** Lowers the hand of somebody. */
  async lowerHand(user: string): Promise<void> {
    await this.#room.call('raiseHand', { user, raised: false });
  }

  /** Ends the room for everybody, oneself included. */
  async closeRoom(reason?: string): Promise<void> {
    await this.#room.call('closeRoom', { reason });
  }
}
