import type { Room } from 'atrium-client';

export async function chair(room: Room): Promise<void> {
  const { moderation } = room;
  if (!moderation.allowed) {
    return;
  }
  await moderation.mute('bob', { audio: true });
  await moderation.muteAll({ audio: true });
  await moderation.askToUnmute('bob', { audio: true });
  await moderation.lowerHand('bob');
  await moderation.grant('bob', 'moderator');
  await moderation.evict('eve', { reason: 'noise', banSeconds: 600 });
  await moderation.changeRoom({ locked: true, muteOnEntry: ['audio'] });
}

export function door(room: Room, ask: (user: string) => Promise<boolean>): void {
  const asked = new Set<string>();
  room.on('waitingChanged', ({ waiting }) => {
    for (const user of [...waiting].filter((name) => !asked.has(name))) {
      asked.add(user);
      ask(user).then((welcome) => (welcome ? room.moderation.admit(user) : room.moderation.deny(user)));
    }
  });
}

export function asked(room: Room, agree: (question: string) => Promise<boolean>): void {
  room.on('unmuteRequested', async ({ by, stream, audio, video }) => {
    if (await agree(`${by ?? 'The host'} asks you to speak.`)) {
      await room.local.unmute({ stream, audio, video });
      await room.local.setMicrophone(true);
    }
  });
}
