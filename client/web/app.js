// Wiring: the address, the two screens, and what tests and curious people find in window.atrium.

import { Call } from './call.js';
import { Lobby } from './lobby.js';
import { DEFAULT_SIZE, Devices } from './media.js';
import { describeJoin } from './messages.js';
import { readAddress, roomLink, socketUrl, withoutToken } from './address.js';
import { keep, read } from './invitation.js';
import { Room } from './room.js';
import { WEBCAM } from './stream.js';

const NAME_KEY = 'atrium.name';

const address = readAddress(location);
address.token = keep(address.token);
const invited = read(address.token);
const devices = new Devices();
const loopbackWanted = address.loopback ? Promise.resolve(true) : serverWantsLoopback(); // asked while one types
const call = new Call({ devices, ended: backToLobby });
const lobby = new Lobby({ devices, join });
let joinClickedAt = null;

async function join({ user, room: name }) {
  joinClickedAt = performance.now();
  const loopback = await loopbackWanted;
  const { codec, mode, token } = address;
  const room = new Room({ url: socketUrl(location), room: name, user, token, loopback, codec, mode });
  call.attach(room, { loopback });
  // Media that opens later is published later: a person who ignores the permission prompt can still watch.
  devices.open(address.size).then(({ stream }) => room.publish(stream));
  room.addEventListener('held', () => lobby.hold(() => room.leave()));
  try {
    await room.join();
  } catch (error) {
    call.detach();
    throw new Error(describeJoin(error, { room: name, user, token }));
  }
  remember(user);
  address.user = user;
  address.room = name;
  history.replaceState(null, '', roomLink(location, name));
  lobby.close();
  call.open(roomLink(location, name));
}

function backToLobby(problem) {
  lobby.open({ ...address, problem });
}

// The demo of Kurento Room shows one's own picture as the server sends it back, when so configured.
async function serverWantsLoopback() {
  try {
    const answer = await fetch('./getClientConfig');
    return (await answer.json()).loopbackRemote === true;
  } catch {
    return false; // a server without this address; joining tells whether it is there at all
  }
}

function remember(user) {
  try {
    localStorage.setItem(NAME_KEY, user);
  } catch {
    // storage is off; the name is typed again next time
  }
}

function remembered() {
  try {
    return localStorage.getItem(NAME_KEY) ?? '';
  } catch {
    return '';
  }
}

addEventListener('pagehide', () => call.room?.abandon());
addEventListener('pageshow', ({ persisted }) => persisted && location.reload());

window.atrium = {
  get room() {
    return call.room;
  },
  get state() {
    return call.room?.state ?? 'lobby';
  },
  /** user -> Peer of their camera. */
  get peers() {
    const cameras = call.room?.connections.list().filter(({ stream }) => stream === WEBCAM) ?? [];
    return new Map(cameras.map(({ user, peer }) => [user, peer]));
  },
  /** The summary of one person's connection; one's own is what is published. */
  async getStats(user, stream) {
    return (await call.room?.connections.get(user, stream)?.stats()) ?? null;
  },
  /** Asks for one size of a person's picture, 0 the smallest, whatever the tile's; null lets the tile decide again. */
  pinLayer(user, layer, stream) {
    return call.tiles.get(user, stream).wish.pin(layer);
  },
  /** Milliseconds from the click on Join to that person's first picture on screen, or null. */
  timeToFirstFrame(user, stream) {
    const at = call.tiles.get(user, stream)?.firstFrameAt ?? null;
    return at === null ? null : at - joinClickedAt;
  },
};

if (address.token) {
  history.replaceState(null, '', withoutToken(location));
}
address.user ||= invited.user || remembered();
address.room ||= invited.room;
address.size ??= DEFAULT_SIZE;
lobby.open(address);
