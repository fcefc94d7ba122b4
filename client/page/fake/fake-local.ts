// Oneself in the fake room.

import type { LocalParticipant, LocalPublication } from '../../src/index.ts';
import { paintedScreen } from './slides.ts';

/** Stands for a LocalParticipant; `changed` is called when something of it was. */
export class FakeLocal {
  readonly isLocal = true;
  user = '';
  role: string | undefined = 'moderator';
  permissions = ['join', 'subscribe', 'publish:audio', 'publish:video', 'publish:screen', 'message', 'data', 'moderate'];
  metadata: unknown = undefined;
  handRaisedAt: number | undefined;
  speaking = false;
  level = -Infinity;
  quality = { level: 'excellent', text: '' };
  microphoneOn = true;
  cameraOn = true;
  readonly publications = new Map<string, LocalPublication>();
  #changed: () => void;

  constructor(user: string, changed: () => void) {
    this.user = user;
    this.#changed = changed;
  }

  get local(): LocalParticipant {
    return this as unknown as LocalParticipant;
  }

  /** What is published already; there is no camera to capture here. */
  async publishCamera(): Promise<LocalPublication | undefined> {
    return this.publications.get('webcam');
  }

  /** Publishes tracks at once. */
  async publish(stream: string, tracks: readonly MediaStreamTrack[]): Promise<LocalPublication> {
    const find = (kind: string) => tracks.find((track) => track.kind === kind);
    const publication = {
      participant: this,
      stream,
      sender: `${this.user}_${stream}`,
      source: stream === 'webcam' ? 'camera' : stream === 'screen' ? 'screen' : 'other',
      hasAudio: true,
      hasVideo: true,
      audioOff: false,
      videoOff: false,
      audioMuted: false,
      videoMuted: false,
      audioTrack: find('audio'),
      videoTrack: find('video'),
      layers: [],
      codec: 'vp8',
      problems: [],
      replaceTrack: async () => {},
    } as unknown as LocalPublication;
    this.publications.set(stream, publication);
    this.#changed();
    return publication;
  }

  /** Shares a painted screen. */
  async publishScreen(): Promise<LocalPublication> {
    return this.publish('screen', [paintedScreen().track]);
  }

  async unpublish(stream: string): Promise<void> {
    this.publications.delete(stream);
    this.#changed();
  }

  async setMicrophone(on: boolean): Promise<void> {
    this.microphoneOn = on;
    this.#mark({ audioOff: !on });
  }

  async setCamera(on: boolean): Promise<void> {
    this.cameraOn = on;
    this.#mark({ videoOff: !on });
  }

  async setDevice(): Promise<void> {}

  async raiseHand(raised: boolean): Promise<void> {
    this.handRaisedAt = raised ? Date.now() : undefined;
    this.#changed();
  }

  async setMetadata(metadata: unknown): Promise<void> {
    this.metadata = metadata;
    this.#changed();
  }

  async unmute(): Promise<void> {
    this.#mark({ audioMuted: false, videoMuted: false });
  }

  #mark(marks: object): void {
    Object.assign(this.publications.get('webcam') ?? {}, marks);
    this.#changed();
  }
}
