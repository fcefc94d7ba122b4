// What tests, measurements and curious people find as `atrium` in the browser's console.

import { browserPlatform, type Platform, type Room } from '../../src/index.ts';
import { summarise, type Summary } from './summary.ts';

/** The members of `globalThis.atrium`. */
export interface Inspection {
  readonly room: Room;
  /** `lobby`, `joined`, or the state of the room. */
  readonly state: string;
  /** All connections that were made and are not closed. */
  readonly connections: RTCPeerConnection[];
  /** Some figures of getStats of one stream; of oneself, of what is sent. */
  getStats: (user: string, stream?: string) => Promise<Summary | null>;
  /** Milliseconds from the click on Join to that person's first picture on screen, or null. */
  timeToFirstFrame: (user: string, stream?: string) => number | null;
}

const connections = new Set<RTCPeerConnection>();

/** The browser's platform, whose connections can be looked at. */
export function inspectedPlatform(): Platform {
  const platform = browserPlatform();
  return {
    ...platform,
    peerConnection: (configuration) => {
      const connection = platform.peerConnection(configuration);
      open().forEach((each) => connections.add(each));
      connections.add(connection);
      return connection;
    },
  };
}

/** Makes `globalThis.atrium`; `firstFrame` answers when a picture showed at first, counted from the click on Join. */
export function inspect(room: Room, firstFrame: (user: string, stream: string) => number | undefined): void {
  const inspection: Inspection = {
    room,
    get state() {
      return { new: 'lobby', ended: 'lobby', connected: 'joined' }[room.state as string] ?? room.state;
    },
    get connections() {
      return open();
    },
    getStats: (user, stream = 'webcam') => statistics(room, user, stream),
    timeToFirstFrame: (user, stream = 'webcam') => firstFrame(user, stream) ?? null,
  };
  Object.assign(globalThis, { atrium: inspection });
}

function open(): RTCPeerConnection[] {
  for (const connection of connections) {
    if (connection.connectionState === 'closed') {
      connections.delete(connection);
    }
  }
  return [...connections];
}

async function statistics(room: Room, user: string, stream: string): Promise<Summary | null> {
  const tracks = tracksOf(room, user, stream);
  const reports: RTCStatsReport[] = [];
  for (const connection of open()) {
    const ends = [...connection.getReceivers(), ...connection.getSenders()];
    for (const end of ends.filter(({ track }) => track && tracks.includes(track))) {
      reports.push(await end.getStats());
    }
  }
  return reports.length === 0 ? null : summarise(reports);
}

function tracksOf(room: Room, user: string, stream: string): (MediaStreamTrack | undefined)[] {
  if (user === room.local.user) {
    const own = room.local.publications.get(stream);
    return [own?.audioTrack, own?.videoTrack];
  }
  const subscription = room.participants.get(user)?.publications.get(stream)?.subscription;
  return [subscription?.audio?.track, subscription?.video?.track];
}
