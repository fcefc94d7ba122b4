import { createRoom, type Room } from 'atrium-client';

const room = createRoom();

room.on('participantJoined', ({ participant }) => console.log(`${participant.user} is here`));
room.on('participantLeft', ({ participant }) => console.log(`${participant.user} has gone`));
room.on('trackSubscribed', ({ track, publication }) => {
  const element = document.createElement(track.kind);
  element.title = `${publication.participant.user}: ${publication.stream}`;
  document.body.append(element);
  track.attach(element);
});
room.on('trackUnsubscribed', ({ track, publication }) => {
  const title = `${publication.participant.user}: ${publication.stream}`;
  track.detach();
  document.querySelector(`${track.kind}[title=${CSS.escape(title)}]`)?.remove();
});

await room.connect('wss://your.server/room', { room: 'daily', user: 'ann' });
await room.local.publishCamera();

addEventListener('pagehide', () => room.abandon());

export async function withToken(token: string): Promise<Room> {
  const meeting = createRoom();
  await meeting.connect('wss://your.server/room', { room: 'daily', user: 'ann', token, metadata: { title: 'Dr' } });
  return meeting;
}

export function announce(meeting: Room, say: (text: string) => void): void {
  meeting.on('participantJoined', ({ participant }) => {
    if (meeting.state === 'connected') {
      say(`${participant.user} came in`);
    }
  });
}
