import { createRoom, type RemoteParticipant, type RemotePublication, type Room } from 'atrium-client';

export function tiles(room: Room, grid: HTMLElement): void {
  room.on('trackSubscribed', ({ track }) => {
    const element = document.createElement(track.kind);
    grid.append(element);
    track.attach(element);
  });
}

export async function byHand(show: (publication: RemotePublication) => boolean): Promise<Room> {
  const room = createRoom({ autoSubscribe: false });
  room.on('streamPublished', ({ publication }) => {
    if (show(publication)) {
      publication.subscribe().catch((error) => console.warn(error.message));
    }
  });
  await room.connect('wss://your.server/room', { room: 'lecture', user: 'ann' });
  return room;
}

export function speakerView(room: Room, place: (participant: RemoteParticipant, large: boolean) => void): void {
  room.on('speakersChanged', ({ dominant }) => {
    for (const participant of room.participants.values()) {
      const large = participant === dominant;
      const video = participant.publications.get('webcam')?.subscription?.video;
      if (video) {
        video.priority = large ? 'speaker' : 'thumbnail';
      }
      place(participant, large);
    }
  });
}

export function painted(publication: RemotePublication): void {
  publication.subscription?.prefer({ maxWidth: 640, maxHeight: 360, priority: 'pinned', prefer: 'sharpness' });
  // ...
  publication.subscription?.prefer(undefined); // as the elements say again
}

export function marks(room: Room, mark: (user: string, text: string) => void): void {
  room.on('videoPaused', ({ publication, text }) => mark(publication.participant.user, text));
  room.on('videoResumed', ({ publication }) => mark(publication.participant.user, ''));
  room.on('qualityChanged', ({ participant, quality }) => mark(participant.user, quality.text));
}
