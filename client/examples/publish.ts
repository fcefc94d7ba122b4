import { capture, environmentProblem, listDevices, onDevicesChanged, type Room } from 'atrium-client';

export async function camera(room: Room): Promise<void> {
  const camera = await room.local.publishCamera({ video: { width: 1280, height: 720 } });
  for (const problem of camera.problems) {
    console.warn(problem.message); // "No such device was found. Connect one, then try again."
  }
}

export async function switches(room: Room): Promise<void> {
  await room.local.setMicrophone(false); // nobody hears one, and nothing is sent
  await room.local.setMicrophone(true);
  await room.local.setCamera(false); // the light of the camera goes out
}

export async function screen(room: Room): Promise<void> {
  await room.local.publishScreen({ audio: true });
  room.on('localStreamEnded', ({ publication, reason }) => {
    console.log(`${publication.stream} has ended: ${reason}`); // "stop sharing" in the browser's own bar, say
  });
}

export async function canvas(room: Room, board: HTMLCanvasElement): Promise<void> {
  await room.local.publish('board', board.captureStream(5).getTracks(), { contentHint: 'text' });
  // ...
  await room.local.unpublish('board');
}

export async function devices(room: Room, menu: HTMLSelectElement): Promise<() => void> {
  const fill = async (): Promise<void> => {
    const cameras = await listDevices('videoinput');
    menu.replaceChildren(...cameras.map(({ label, deviceId }) => new Option(label, deviceId)));
  };
  menu.onchange = () => room.local.setDevice('videoinput', menu.value);
  await fill();
  return onDevicesChanged(fill);
}

export async function lobby(room: Room, preview: HTMLVideoElement): Promise<void> {
  const impossible = environmentProblem();
  if (impossible) {
    console.warn(impossible.message);
    return;
  }
  const { audioTrack, videoTrack, problems } = await capture({ audio: true, video: true });
  problems.forEach(({ message }) => console.warn(message));
  if (videoTrack) {
    preview.srcObject = new MediaStream([videoTrack]);
  }
  await room.local.publishCamera({ ...(audioTrack && { audioTrack }), ...(videoTrack && { videoTrack }) });
}
