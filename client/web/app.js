// Wiring: the address, the two screens, and what tests and curious people find in window.atrium.

import { Call } from './call.js';
import { Lobby } from './lobby.js';
import { DEFAULT_SIZE, Devices } from './media.js';
import { describeJoin } from './messages.js';
import { readAddress, roomLink, socketUrl } from './address.js';
import { Room } from './room.js';

const NAME_KEY = 'atrium.name';

const address = readAddress(location);
const devices = new Devices();
const loopbackWanted = address.loopback ? Promise.resolve(true) : serverWantsLoopback(); // asked while one types
const call = new Call({ devices, ended: backToLobby });
const lobby = new Lobby({ devices, join });
let joinClickedAt = null;

async function join({ user, room: name }) {
  joinClickedAt = performance.now();
  const loopback = await loopbackWanted;
  const { codec, mode } = address;
  const room = new Room({ url: socketUrl(location), room: name, user, loopback, codec, mode });
  call.attach(room, { loopback });
  // Media that opens later is published later: a person who ignores the permission prompt can still watch.
  devices.open(address.size).then(({ stream }) => room.publish(stream));
  try {
    await room.join();
  } catch (error) {
    call.detach();
    throw new Error(describeJoin(error, { room: name, user }));
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
  get peers() {
    return call.room?.peers ?? new Map();
  },
  /** The summary of one person's connection; one's own is what is published. */
  async getStats(user) {
    return (await call.room?.peers.get(user)?.stats()) ?? null;
  },
  /** Asks for one size of a person's picture, 0 the smallest, whatever the tile's; null lets the tile decide again. */
  pinLayer(user, layer) {
    return call.tiles.get(user).wish.pin(layer);
  },
  /** Milliseconds from the click on Join to that person's first picture on screen, or null. */
  timeToFirstFrame(user) {
    const at = call.tiles.get(user)?.firstFrameAt ?? null;
    return at === null ? null : at - joinClickedAt;
  },
};

address.user ||= remembered();
address.size ??= DEFAULT_SIZE;
lobby.open(address);
