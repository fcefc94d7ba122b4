// The stage with painted people, to look at and to photograph: gallery.html?people=9&layout=speaker. No part of the binary.
//
//   people=N       with oneself              layout=auto|grid|speaker
//   screen=1       somebody shares one       pinned=1       somebody is pinned
//   calm=1         no marks on anybody       statistics=1   the overlay is on
//   lost=1         the banner                theme=dark|light
//   rate=N         pictures a second         size=640x360   of each camera
//   sound=1        silence, as a track of everybody

import { FakeRoom } from './fake/fake-room.ts';
import { personaOf } from './fake/persona.ts';
import { createStage, type Layout } from './stage/stage.ts';

const asked = new URLSearchParams(location.search);
const count = Number(asked.get('people') ?? 5);
const [width, height] = (asked.get('size') ?? '640x360').split('x').map(Number);

const root = document.createElement('main');
root.className = 'stage';
root.style.height = '100%'; // in the call page the shell gives it its size
document.body.append(root);
document.documentElement.dataset['theme'] = asked.get('theme') ?? 'dark';

// One silent track, of which everybody gets a copy.
const silence = asked.has('sound') ? new AudioContext().createMediaStreamDestination().stream.getAudioTracks()[0] : undefined;
const room = new FakeRoom({ sound: () => silence?.clone(), camera: { width: width ?? 640, height: height ?? 360, rate: Number(asked.get('rate') ?? 5) } });
await room.connect('', { user: personaOf(0).name });
await room.showMyself();
const stage = createStage(root, room.room, { layout: (asked.get('layout') as Layout | null) ?? 'auto' });
const names = Array.from({ length: Math.max(0, count - 1) }, (_, index) => join(index + 1));

// In a crowd there are always some without a camera, and one with a phone.
function join(index: number): string {
  const calm = asked.has('calm');
  return room.join(personaOf(index), { camera: calm || index % 9 !== 5, upright: !calm && index % 11 === 6 });
}

function dress(): void {
  const [first, second, third, fourth, fifth] = names;
  if (second) {
    room.mark(second, { audioOff: true });
  }
  if (!asked.has('calm')) {
    third && room.raiseHand(third, true);
    fourth && room.judge(fourth, { level: 'poor', score: 2.9, cause: 'uplink', text: `${fourth}’s connection is weak` });
    fifth && room.mark(fifth, { audioMuted: true });
    names[6] && room.pause(names[6], 'paused: your connection carries about 180 kbit/s');
  }
  first && room.speak(names[3] ?? first);
  if (asked.has('screen') && first) {
    room.shares(first);
  }
  if (asked.has('pinned')) {
    stage.pin(names.at(-1));
  }
  if (asked.has('statistics')) {
    stage.toggleStatistics();
  }
  if (asked.has('lost')) {
    room.lose('signaling');
  }
}

dress();
// For tests and for whoever plays with it in the console.
Object.assign(globalThis, { gallery: { room, stage, names, personaOf } });
