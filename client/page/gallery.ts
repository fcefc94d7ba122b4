// The stage with painted people, to look at and to photograph: gallery.html?people=9&layout=speaker. No part of the binary.
//
//   people=N       with oneself              layout=auto|grid|speaker
//   page=1         with the whole call page  chat=1         its chat is open
//   lobby=1        the entrance instead
//   screen=1       somebody shares one       pinned=1       somebody is pinned
//   calm=1         no marks on anybody       statistics=1   the overlay is on
//   lost=1         the banner                theme=dark|light
//   rate=N         pictures a second         size=640x360   of each camera
//   sound=1        silence, as a track of everybody

import { Call } from './call/call.ts';
import { readAddress } from './entry/address.ts';
import { Preferences } from './entry/preferences.ts';
import { FakeRoom } from './fake/fake-room.ts';
import { personaOf } from './fake/persona.ts';
import { Lobby } from './lobby/lobby.ts';
import { OwnMedia } from './own-media.ts';
import { createStage, type Layout, type Stage } from './stage/stage.ts';

const TALK = [
  [0, 'Can everybody see the plan?'],
  [1, 'Yes, crystal clear.'],
  [1, 'Thank you for sending it before.'],
  [2, 'Then let us begin with the rain water.'],
] as const;

const asked = new URLSearchParams(location.search);
const [width = 640, height = 360] = (asked.get('size') ?? '640x360').split('x').map(Number);
const layout = (asked.get('layout') as Layout | null) ?? 'auto';
document.documentElement.dataset['theme'] = asked.get('theme') ?? 'dark';

// One silent track, of which everybody gets a copy.
const silence = asked.has('sound') ? new AudioContext().createMediaStreamDestination().stream.getAudioTracks()[0] : undefined;
const room = new FakeRoom({
  sound: () => silence?.clone(),
  camera: { width, height, rate: Number(asked.get('rate') ?? 5) },
});
const stage = asked.has('lobby') ? buildLobby() : asked.has('page') ? buildPage() : buildStage();
const names: string[] = Array.from({ length: Math.max(0, Number(asked.get('people') ?? 5) - 1) }, (_, index) => join(index + 1));
await room.showMyself();
await room.connect('', { user: personaOf(0).name });
dress(names);
// For tests and for whoever plays with it in the console.
Object.assign(globalThis, { gallery: { room, stage, names, personaOf } });

function buildStage(): Stage {
  const root = document.createElement('main');
  root.className = 'stage';
  root.style.height = '100%'; // in the call page the shell gives it its size
  document.body.append(root);
  return createStage(root, room.room, { layout });
}

function buildLobby(): undefined {
  nameDevices();
  const preferences = new Preferences();
  const lobby = new Lobby(new OwnMedia(room.room, preferences, readAddress(location)), preferences, async () => {});
  document.body.append(lobby.element);
  room.once('stateChanged', () => lobby.open({ user: personaOf(0).name, room: room.name }, true));
}

// What a test browser calls its devices would look odd in a picture.
function nameDevices(): void {
  const names = { videoinput: 'Built-in camera', audioinput: 'Headset', audiooutput: 'Headset' };
  const device = (kind: MediaDeviceKind) => ({ kind, deviceId: kind, groupId: '', label: names[kind], toJSON: () => ({}) });
  navigator.mediaDevices.enumerateDevices = async () => [device('videoinput'), device('audioinput'), device('audiooutput')];
}

function buildPage(): Stage {
  const preferences = new Preferences();
  preferences.set('layout', layout);
  const own = new OwnMedia(room.room, preferences, readAddress(location));
  const call = new Call(room.room, own, preferences, { link: () => location.href, leave: () => void room.leave() });
  document.body.append(call.element);
  call.prepare();
  room.once('stateChanged', () => call.open());
  return call.stage as Stage;
}

// In a crowd there are always some without a camera, and one with a phone.
function join(index: number): string {
  const calm = asked.has('calm');
  return room.join(personaOf(index), { camera: calm || index % 9 !== 5, upright: !calm && index % 11 === 6 });
}

function dress([first, second, third, fourth, fifth, , seventh]: readonly string[]): void {
  if (second) {
    room.mark(second, { audioOff: true });
  }
  if (!asked.has('calm')) {
    third && room.raiseHand(third, true);
    fourth && room.judge(fourth, { level: 'poor', score: 2.9, cause: 'uplink', text: `${fourth}’s connection is weak` });
    fifth && room.mark(fifth, { audioMuted: true });
    seventh && room.pause(seventh, 'paused: your connection carries about 180 kbit/s');
  }
  first && room.speak(fourth ?? first);
  if (first && asked.has('screen')) {
    room.shares(first);
  }
  perform();
}

function perform(): void {
  if (asked.has('pinned')) {
    stage?.pin(names.at(-1));
  }
  if (asked.has('statistics')) {
    stage?.toggleStatistics();
  }
  if (asked.has('lost')) {
    room.lose('signaling');
  }
  if (asked.has('chat')) {
    document.getElementById('showChat')?.click();
    TALK.forEach(([index, text]) => room.says(names[index] ?? room.local.user, text));
  }
}
