import type { ChatMessage, Room } from 'atrium-client';

export async function chat(room: Room, list: HTMLElement): Promise<void> {
  const show = ({ user, text }: ChatMessage): void => {
    const line = document.createElement('p');
    line.textContent = `${user}: ${text}`; // as text, never as HTML
    list.append(line);
  };
  (await room.chatHistory()).forEach(show);
  room.on('chat', ({ message }) => show(message));
  await room.sendChat('hello');
}

export async function cursors(room: Room, move: (user: string, at: unknown) => void): Promise<void> {
  room.on('data', ({ from, topic, data }) => {
    if (topic === 'cursor' && from) {
      move(from, data);
    }
  });
  await room.sendData({ x: 17, y: 4 }, { topic: 'cursor' });
  await room.sendData('only for you', { topic: 'whisper', users: ['bob'] });
}

export async function aboutMe(room: Room): Promise<void> {
  await room.local.raiseHand(true);
  await room.local.setMetadata({ title: 'Dr' });
  room.on('participantChanged', ({ participant }) => {
    console.log(participant.user, participant.metadata, participant.handRaisedAt);
  });
}

export async function ownMethod(room: Room): Promise<void> {
  console.log(await room.request('customRequest', { hat: true }));
  room.on('notification', ({ method, params }) => console.log(method, params));
}
