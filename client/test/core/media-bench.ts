import assert from 'node:assert/strict';
import { AtriumError } from '../../src/core/errors.ts';
import type { RoomEvents, RoomState } from '../../src/core/events.ts';
import { createMedia } from '../../src/core/media/media.ts';
import type { RoomOptions } from '../../src/core/options.ts';
import { RemoteParticipant } from '../../src/core/participant.ts';
import type { ElementView, MediaElementLike, Platform } from '../../src/core/platform.ts';
import { RemotePublication } from '../../src/core/publication.ts';
import type { Media, MediaHost } from '../../src/core/seam.ts';
import { Clock, settled } from './clock.ts';
import { FakeDevices, FakeStream, type FakeTrack } from './fake-devices.ts';
import { FakePeer, type FakeTransceiver } from './fake-peer.ts';

type Params = Record<string, any>; // what a test knows better than the compiler

/** The media alone, between a host that a test plays and connections that go nowhere. */
export class Bench implements MediaHost {
  readonly clock = new Clock();
  readonly devices = new FakeDevices();
  readonly calls: [string, Params][] = [];
  readonly events: [string, Params][] = [];
  readonly participants = new Map<string, RemoteParticipant>();
  readonly views = new Map<unknown, (view: ElementView) => void>();
  readonly peers: FakePeer[] = [];
  readonly options: RoomOptions;
  readonly media: Media;
  state: RoomState = 'connected';
  probes = 0;
  /** What a method answers; a function may throw an AtriumError. */
  answers: Record<string, (params: Params) => unknown> = {};

  constructor(options: Partial<RoomOptions> = {}, platform: Partial<Platform> = {}) {
    const { clock } = this;
    const base = {
      peerConnection: (config: RTCConfiguration) => {
        const peer = new FakePeer(config);
        this.peers.push(peer);
        return peer;
      },
      mediaStream: () => new FakeStream(),
      setTimeout: clock.setTimeout,
      clearTimeout: clock.clearTimeout,
      now: () => clock.time,
      devices: this.devices,
      senderCodecs: (kind: string) =>
        (kind === 'audio' ? ['audio/opus', 'audio/red'] : ['video/VP8', 'video/VP9', 'video/AV1']).map((mimeType) => ({ mimeType })),
      supportsSVC: true,
      secureContext: true,
      watchElement: (element: MediaElementLike, fn: (view: ElementView) => void) => {
        this.views.set(element, fn);
        return () => this.views.delete(element);
      },
      log: () => {},
    };
    const all = { ...base, ...platform } as unknown as Platform;
    const behaviour = { autoSubscribe: true, adaptive: true, stopUnwatched: true, publishDefaults: {}, statisticsInterval: 0 };
    this.options = { platform: all, ...behaviour, ...options };
    this.media = createMedia(this);
    (this.media.local as { user: string }).user = 'ann';
  }

  async call<T>(method: string, params: object = {}): Promise<T> {
    this.calls.push([method, structuredClone(params)]);
    const answer = this.answers[method] ?? (method === 'publish' ? () => ({ sdpAnswer: 'answer' }) : () => ({}));
    return (await answer(params)) as T;
  }

  emit<K extends keyof RoomEvents>(name: K, event: RoomEvents[K]): void {
    this.events.push([name, event]);
  }

  _judge(): void {}

  probe(): void {
    this.probes++;
  }

  /** One is in the room. */
  async join(): Promise<void> {
    this.media.joined({ iceServers: [{ urls: 'turn:t' }] });
    await settled();
  }

  /** Somebody publishes. */
  publishes(user: string, stream = 'webcam'): RemotePublication {
    const participant = this.participants.get(user) ?? new RemoteParticipant(user);
    this.participants.set(user, participant);
    const publication = new RemotePublication(participant, stream, this.media);
    (participant.publications as Map<string, RemotePublication>).set(stream, publication);
    this.media.streamPublished(publication);
    return publication;
  }

  /** The server offers: `{ann_webcam: ['0', '1']}`, sound before picture. */
  async offer(number: number, streams: Record<string, string[]>): Promise<void> {
    const mids = Object.values(streams).flat();
    const sdpOffer = ['offer', ...mids.map((mid) => `${mid}:${Number(mid) % 2 ? 'video' : 'audio'}`)].join(' ');
    const listed = Object.entries(streams).map(([sender, each]) => ({ sender, mids: each }));
    this.notify('subscriberOffer', { number, sdpOffer, streams: listed });
    await settled();
  }

  notify(method: string, params: object): void {
    assert.ok(this.media.notification(method, params as Params), `${method} is the media's`);
  }

  /** The parameters of all calls of a method so far. */
  asked(method: string): Params[] {
    return this.calls.filter(([name]) => name === method).map(([, params]) => params);
  }

  heard(name: keyof RoomEvents): Params[] {
    return this.events.filter(([each]) => each === name).map(([, event]) => event);
  }

  forget(): void {
    this.calls.length = this.events.length = 0;
  }

  /** The publishing connection that there is. */
  get up(): FakePeer {
    return this.peers.find((peer) => !peer.closed)!;
  }

  /** The receiving connection that there is. */
  get down(): FakePeer {
    return this.peers.findLast((peer) => !peer.closed)!;
  }

  /** The section of the picture of the first stream. */
  get picture(): FakeTransceiver {
    return this.up.getTransceivers().find(({ kind }) => kind === 'video')!;
  }
}

/** Refuses as the server does. */
export function refuse(wireCode: number): never {
  throw new AtriumError('not-permitted', { wireCode });
}

/** An element that plays. */
export class FakeElement {
  srcObject: unknown = null;
  plays = 0;
  sink = '';
  play = async (): Promise<void> => void this.plays++;
  setSinkId = async (id: string): Promise<void> => void (this.sink = id);

  get tracks(): FakeTrack[] {
    return (this.srcObject as FakeStream | null)?.tracks ?? [];
  }
}

/** RIDs with their scale, as they are sent. */
export const sizes = (transceiver: FakeTransceiver): string[] =>
  transceiver.sender.encodings.map(({ rid, active, scaleResolutionDownBy }) => `${rid}/${active ? scaleResolutionDownBy : 'off'}`);
