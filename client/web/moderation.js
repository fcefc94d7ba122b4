// What moderators ask of the server. Who may not is refused by it; the page only does not offer it.

import { SCREEN, WEBCAM } from './stream.js';

export const BAN_SECONDS = 600;

export class Moderation {
  #call;

  /** `call(method, params)` as a Room has it. */
  constructor(call) {
    this.#call = call;
  }

  /** Mutes the sound of a Member's camera, or lifts that; whether its picture is muted stays as it is. */
  mute(member, audio) {
    return this.#call('muteParticipant', { user: member.user, audio, video: member.muted(WEBCAM).videoMuted });
  }

  muteAll() {
    return this.#call('muteAll', { audio: true });
  }

  askToUnmute({ user }) {
    return this.#call('askToUnmute', { user, audio: true });
  }

  stopScreen({ user }) {
    return this.#call('unpublishParticipant', { user, stream: SCREEN });
  }

  lowerHand({ user }) {
    return this.#call('raiseHand', { user, raised: false });
  }

  evict({ user }, reason, banSeconds = 0) {
    return this.#call('evictParticipant', { user, ...(reason && { reason }), ...(banSeconds && { banSeconds }) });
  }

  admit(user) {
    return this.#call('admitParticipant', { user });
  }

  deny(user, reason) {
    return this.#call('denyParticipant', { user, ...(reason && { reason }) });
  }

  /** Changes {locked} or {lobby}. */
  change(ways) {
    return this.#call('changeRoom', ways);
  }
}
