// An application of the package, as far as the compiler is concerned: what the readme shows, and a little more.
import { AtriumError, createRoom, listDevices, type Participant, type Publication, type Room, type RoomState } from 'atrium-client';

export async function call(url: string, token: string): Promise<Room> {
  const room = createRoom({ publishDefaults: { codec: 'vp9' }, statisticsInterval: 0 });
  room.on('trackSubscribed', ({ track, publication }) => {
    const element = document.createElement(track.kind);
    element.id = `${publication.participant.user}_${publication.stream}`;
    track.attach(element);
  });
  room.on('speakersChanged', ({ dominant }) => show(dominant));
  room.on('stateChanged', ({ state }) => {
    const known: RoomState = state;
    document.title = known;
  });
  try {
    await room.connect(url, { room: 'daily', user: 'ann', token, metadata: { seat: 4 } });
  } catch (error) {
    if (error instanceof AtriumError && error.code === 'room-full') {
      document.title = error.message;
    }
  }
  const camera = await room.local.publishCamera({ video: { width: 1280 } });
  await camera.replaceTrack('video', null);
  const [first] = await listDevices('videoinput');
  if (first) {
    await room.local.setDevice('videoinput', first.deviceId);
  }
  // @ts-expect-error: there is no such event
  room.on('trackSubscribd', () => undefined);
  // @ts-expect-error: what others have published cannot be changed
  room.participants.clear();
  return room;
}

function show(participant: Participant | undefined): void {
  const publications: Publication[] = [...(participant?.publications.values() ?? [])];
  document.title = publications.map(({ source, hasVideo }) => (hasVideo ? source : '')).join();
}
