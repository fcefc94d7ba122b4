import assert from 'node:assert/strict';
import type { RoomEvents } from '../../src/core/events.ts';
import type { LocalParticipant } from '../../src/core/media/local-participant.ts';
import { Participant } from '../../src/core/participant.ts';
import type { Platform } from '../../src/core/platform.ts';
import { Room } from '../../src/core/room.ts';
import type { Media } from '../../src/core/seam.ts';
import { Clock, settled } from './clock.ts';
import { ScriptedServer, type Answer } from './scripted-server.ts';

class Self extends Participant {
  readonly isLocal = true;
}

/** Media that only writes down what it is told. */
class SilentMedia implements Media {
  readonly calls: string[] = [];
  readonly local = new Self('') as unknown as LocalParticipant;
  joined = (): unknown => this.calls.push('joined');
  streamPublished: Media['streamPublished'] = ({ sender }) => this.calls.push(`+${sender}`);
  streamUnpublished: Media['streamUnpublished'] = ({ sender }) => this.calls.push(`-${sender}`);
  notification: Media['notification'] = (method) => method === 'subscriberOffer';
  signalingLost = (): unknown => this.calls.push('lost');
  signalingBack: Media['signalingBack'] = (resumed) => this.calls.push(`back ${resumed}`);
  networkChanged = (): unknown => this.calls.push('network');
  close = (): unknown => this.calls.push('close');
  subscribe = async (): Promise<void> => {};
  unsubscribe = async (): Promise<void> => {};
  statistics: Media['statistics'] = async () => ({ received: new Map(), sent: new Map() });
}

const EVENTS: (keyof RoomEvents)[] = [
  'stateChanged', 'participantJoined', 'participantLeft', 'participantChanged', 'streamPublished', 'streamUnpublished',
  'speakersChanged', 'qualityChanged', 'chat', 'data', 'settingsChanged', 'waitingChanged', 'unmuteRequested',
  'reconnecting', 'reconnected', 'ended', 'notification',
];

/** What joinRoom answers to ann, in whose room bob is and publishes. */
export const JOINED = {
  value: [{ id: 'bob', streams: [{ id: 'webcam' }], role: 'moderator' }],
  me: { id: 'ann', role: 'participant', permissions: ['join', 'message'] },
  room: { locked: false, lobby: false, muteOnEntry: [] },
  connections: 'paired',
  sessionId: 'secret',
};

/** A room with a scripted server, time that stands still, and media that is silent. */
export class Stay {
  readonly clock = new Clock();
  readonly server = new ScriptedServer();
  readonly media = new SilentMedia();
  readonly events: [string, unknown][] = [];
  readonly warnings: string[] = [];
  networkListeners = new Set<() => void>();
  readonly room: Room;

  constructor(options: { statisticsInterval?: number } = {}) {
    const { clock, server } = this;
    const platform = {
      webSocket: server.webSocket,
      setTimeout: clock.setTimeout,
      clearTimeout: clock.clearTimeout,
      now: () => clock.time,
      random: () => 1,
      onNetworkChange: (fn: () => void) => {
        this.networkListeners.add(fn);
        return () => this.networkListeners.delete(fn);
      },
      log: (_level: string, text: string) => this.warnings.push(text),
    } as unknown as Platform;
    const behaviour = { autoSubscribe: true, adaptive: true, stopUnwatched: true, publishDefaults: {} };
    this.room = new Room({ platform, statisticsInterval: 0, ...behaviour, ...options }, () => this.media);
    for (const name of EVENTS) {
      this.room.on(name, (event) => this.events.push([name, event]));
    }
  }

  connect(): Promise<void> {
    const promise = this.room.connect('ws://host/room', { room: 'r', user: 'ann', token: 'tk' });
    promise.catch(() => {});
    return promise;
  }

  /** Ann is in the room. */
  async enter(answer: Answer = JOINED): Promise<this> {
    this.server.expect('joinRoom', answer);
    await this.connect();
    assert.equal(this.room.state, 'connected');
    this.forget();
    return this;
  }

  /** Begins to write down events anew. */
  forget(): void {
    this.events.length = this.media.calls.length = this.server.requests.length = 0;
  }

  get heard(): string[] {
    return this.events.map(([name]) => name);
  }

  event<K extends keyof RoomEvents>(name: K): RoomEvents[K] {
    const found = this.events.findLast(([each]) => each === name);
    assert.ok(found, `${name} was heard`);
    return found[1] as RoomEvents[K];
  }

  async notify(method: string, params?: unknown): Promise<void> {
    this.server.notify(method, params);
    await settled();
  }

  /** The end: nothing is left, and the script was followed. */
  async over(): Promise<void> {
    if (this.room.state !== 'ended') {
      this.server.expect('leaveRoom');
      await this.room.leave();
    }
    await settled();
    assert.equal(this.clock.running, 0, 'timers left');
    assert.equal(this.networkListeners.size, 0, 'network listeners left');
    for (const socket of this.server.sockets) {
      assert.equal(socket.listeners, 0, 'socket listeners left');
      assert.equal(socket.readyState, 3, 'sockets left open');
    }
    this.server.done();
  }
}

/** Fails unless the promise rejects with an AtriumError of that code. */
export async function rejects(promise: Promise<unknown>, code: string): Promise<Error & { wireCode?: number }> {
  const error = await promise.then(
    () => assert.fail('resolved'),
    (reason) => reason,
  );
  assert.equal(error.code, code, error);
  return error;
}
