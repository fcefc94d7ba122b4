import type { Json } from '../json.ts';
import type { Kinds } from '../moderation.ts';
import type { PublishOptions } from '../options.ts';
import { Participant } from '../participant.ts';
import type { MediaHost } from '../seam.ts';
import type { LocalPublication } from './local-publication.ts';

/** Oneself. */
export class LocalParticipant extends Participant {
  readonly isLocal = true;
  declare readonly publications: ReadonlyMap<string, LocalPublication>;
  #host: MediaHost;

  /** @internal */
  constructor(host: MediaHost) {
    super('');
    this.#host = host;
  }

  get microphoneOn(): boolean {
    throw new Error('not yet');
  }

  get cameraOn(): boolean {
    throw new Error('not yet');
  }

  /**
   * Publishes camera and microphone as the stream `webcam`. Where one of them is missing or not permitted the other is
   * published alone, see `problems`; with neither it rejects.
   */
  publishCamera(_options?: PublishOptions): Promise<LocalPublication> {
    throw new Error('not yet');
  }

  /** Publishes a screen that the person chooses as the stream `screen`, with its sound where the browser has it. */
  publishScreen(_options?: { audio?: boolean }): Promise<LocalPublication> {
    throw new Error('not yet');
  }

  /** Publishes tracks, at most one of each kind, as the stream of that name. */
  publish(_stream: string, _tracks: MediaStreamTrack[], _options?: PublishOptions): Promise<LocalPublication> {
    throw new Error('not yet');
  }

  unpublish(_stream: string): Promise<void> {
    throw new Error('not yet');
  }

  /** Switches the microphone, without negotiation. Before publishing: what to begin with. */
  setMicrophone(_on: boolean): Promise<void> {
    throw new Error('not yet');
  }

  /** Switches the camera; off lets go of the device. */
  setCamera(_on: boolean): Promise<void> {
    throw new Error('not yet');
  }

  /** Changes the device, while live too. */
  setDevice(_kind: 'audioinput' | 'videoinput' | 'audiooutput', _deviceId: string): Promise<void> {
    throw new Error('not yet');
  }

  async raiseHand(raised: boolean): Promise<void> {
    await this.#host.call('raiseHand', { raised });
  }

  /** An object of at most 2 KiB that everybody sees; replaces what was there. */
  async setMetadata(metadata: Json): Promise<void> {
    await this.#host.call('changeMetadata', { metadata });
  }

  /** Lifts what was muted of oneself on entry, or by a moderator who has asked to unmute since. */
  async unmute(kinds: Kinds): Promise<void> {
    await this.#host.call('unmute', kinds);
  }
}
