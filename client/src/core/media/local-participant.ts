import { AtriumError } from '../errors.ts';
import type { Json } from '../json.ts';
import type { Kinds } from '../moderation.ts';
import type { PublishOptions } from '../options.ts';
import { Participant } from '../participant.ts';
import { WEBCAM } from '../people.ts';
import type { MediaHost } from '../seam.ts';
import type { Attachments } from './attachments.ts';
import { Camera } from './camera.ts';
import { captureScreen } from './capture.ts';
import { KINDS, LocalPublication, type Kind } from './local-publication.ts';
import { adopt, Tracks } from './tracks.ts';
import type { Uplink } from './uplink.ts';

/** Oneself. */
export class LocalParticipant extends Participant {
  readonly isLocal = true;
  declare readonly publications: ReadonlyMap<string, LocalPublication>;
  #host: MediaHost;
  #attachments: Attachments;
  #tracks = new Tracks();
  #camera: Camera;
  #uplink: Uplink | undefined; // while one is in the room

  /** @internal */
  constructor(host: MediaHost, attachments: Attachments) {
    super('');
    this.#host = host;
    this.#attachments = attachments;
    this.#camera = new Camera(host.options.platform, this.#tracks, {
      publication: () => this.publications.get(WEBCAM),
      changed: (publication) => this.#changed(publication),
      lost: (publication, error) => this.#host.emit('localStreamEnded', { publication, reason: error.message }),
    });
  }

  /** Whether the microphone is open and wanted. */
  get microphoneOn(): boolean {
    return this.#camera.on('audio');
  }

  /** Whether the camera is open and wanted. */
  get cameraOn(): boolean {
    return this.#camera.on('video');
  }

  /**
   * Publishes camera and microphone as the stream `webcam`. Where one of them is missing or not permitted the other is
   * published alone, see `problems`; with neither it rejects. Before `connect` it only opens them, and they are published
   * when one is in the room.
   */
  async publishCamera(options?: PublishOptions): Promise<LocalPublication> {
    const known = this.publications.get(WEBCAM);
    if (known) {
      return known;
    }
    const publication = new LocalPublication(this, WEBCAM, this.#with(options));
    await this.#camera.open(publication);
    return this.#publish(publication);
  }

  /** Publishes a screen that the person chooses as the stream `screen`, with its sound where the browser has it. */
  async publishScreen({ audio = true }: { audio?: boolean } = {}): Promise<LocalPublication> {
    const tracks = await captureScreen(this.#host.options.platform, audio);
    tracks.forEach((track) => this.#tracks.own(track));
    return this.publish('screen', tracks, { contentHint: 'detail' });
  }

  /** Publishes tracks, at most one of each kind, as the stream of that name. */
  async publish(stream: string, tracks: MediaStreamTrack[], options?: PublishOptions): Promise<LocalPublication> {
    await this.unpublish(stream);
    const publication = new LocalPublication(this, stream, this.#with(options));
    const find = (kind: Kind) => tracks.find((track) => track.kind === kind);
    if (stream !== WEBCAM) {
      Object.assign(publication, { hasAudio: !!find('audio'), hasVideo: !!find('video') });
    }
    for (const kind of KINDS) {
      this.#take(publication, kind, find(kind));
      if (stream === WEBCAM && find(kind)) {
        this.#camera.yield(kind);
      }
    }
    return this.#publish(publication);
  }

  /** Ends a stream. Does nothing when there is none of that name. */
  async unpublish(stream: string): Promise<void> {
    const publication = this.publications.get(stream);
    if (publication) {
      this.#forget(publication, new AtriumError('aborted'));
      await this.#uplink?.remove(publication);
    }
  }

  /** Switches the microphone, without negotiation. Before publishing: what to begin with. */
  setMicrophone(on: boolean): Promise<void> {
    return this.#camera.switch('audio', on);
  }

  /** Switches the camera; off lets go of the device. */
  setCamera(on: boolean): Promise<void> {
    return this.#camera.switch('video', on);
  }

  /** Changes the device, while live too. */
  setDevice(kind: 'audioinput' | 'videoinput' | 'audiooutput', deviceId: string): Promise<void> {
    return kind === 'audiooutput'
      ? this.#attachments.output(deviceId)
      : this.#camera.choose(kind === 'audioinput' ? 'audio' : 'video', deviceId);
  }

  /** Raises one's hand, or lowers it. */
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

  /** There is a connection to publish on, or none any more. @internal */
  _use(uplink: Uplink | undefined): void {
    this.#uplink = uplink;
    this.publications.forEach((publication) => uplink?.add(publication));
  }

  /** It has ended, not by oneself. @internal */
  _ended(publication: LocalPublication | undefined, error: AtriumError): void {
    if (publication && this.publications.get(publication.stream) === publication) {
      const awaited = publication._awaited;
      this.#uplink?.forget(publication);
      this.#forget(publication, error);
      if (!awaited) {
        this.#host.emit('localStreamEnded', { publication, reason: error.message });
      }
    }
  }

  /** @internal */
  async _replace(publication: LocalPublication, kind: Kind, track: MediaStreamTrack | undefined): Promise<void> {
    this.#tracks.stop(publication._track(kind));
    this.#take(publication, kind, track);
    await this.#changed(publication);
  }

  /** The stay is over. @internal */
  _close(): void {
    this.#uplink = undefined;
    this.#camera.close();
    this.publications.forEach((publication) => this.#forget(publication, new AtriumError('aborted')));
  }

  #with(options?: PublishOptions): PublishOptions {
    return { ...this.#host.options.publishDefaults, ...options };
  }

  #take(publication: LocalPublication, kind: Kind, track: MediaStreamTrack | undefined): void {
    adopt(publication, kind, track, true, () => {
      if (kind === 'video' || !publication.videoTrack) {
        this.unpublish(publication.stream).catch(() => {});
        this.#host.emit('localStreamEnded', { publication, reason: 'The browser has ended it.' });
      }
    });
  }

  async #publish(publication: LocalPublication): Promise<LocalPublication> {
    (this.publications as Map<string, LocalPublication>).set(publication.stream, publication);
    this.#changed();
    if (this.#uplink) {
      publication._awaited = true;
      this.#uplink.add(publication);
      await publication._published.promise;
      publication._awaited = false;
    }
    return publication;
  }

  #forget(publication: LocalPublication, error: AtriumError): void {
    (this.publications as Map<string, LocalPublication>).delete(publication.stream);
    this.#tracks.stopAll(publication);
    publication._published.reject(error);
    this.#changed();
  }

  async #changed(publication?: LocalPublication): Promise<void> {
    this.#host.emit('participantChanged', { participant: this });
    if (publication) {
      await this.#uplink?.update(publication);
    }
  }
}
