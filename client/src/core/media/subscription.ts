import type { Writable } from '../json.ts';
import type { MediaHost } from '../seam.ts';
import type { RemotePublication } from '../publication.ts';
import type { Attachments } from './attachments.ts';
import { Deferred } from './deferred.ts';
import type { Kind } from './local-publication.ts';
import { RemoteTrack, type Priority } from './remote-track.ts';
import type { ReceiveStatistics } from './statistics.ts';
import { Wish } from './wish.ts';

/** How a picture is shown, see `setVideoPreferences` in docs/protocol.md. */
export interface VideoPreference {
  /** Device pixels; absent: no limit. */
  maxWidth?: number;
  /** Likewise. */
  maxHeight?: number;
  /** The least dear is paused first; `hidden` is not sent at all. */
  priority?: Priority | 'hidden';
  /** What to keep when the picture has to shrink. */
  prefer?: 'sharpness' | 'motion' | 'balanced';
}

const ALL_LAYERS = 99; // a number beyond what the stream has

/** How a stream of somebody is received. */
export class Subscription {
  /** What is received. */
  readonly publication: RemotePublication;
  /** Its sound, once it is there. */
  readonly audio: RemoteTrack | undefined;
  /** Its picture, once it is there. */
  readonly video: RemoteTrack | undefined;
  /** `paused`: there is no picture for now, see {@link pausedText}. */
  readonly state: 'requested' | 'active' | 'paused' | 'ended' = 'requested';
  /** Why there is no picture for now, for people. */
  readonly pausedText: string | undefined;
  /** When it is received. @internal */
  readonly _received: Deferred = new Deferred();
  /** The server was asked for it, on the connection that there is. @internal */
  _asked = false;
  #host: MediaHost;
  #attachments: Attachments;
  #statistics: (publication: RemotePublication) => Promise<ReceiveStatistics>;
  #wish: Wish;
  #layer: number | undefined;

  /** @internal */
  constructor(
    host: MediaHost,
    publication: RemotePublication,
    attachments: Attachments,
    statistics: (publication: RemotePublication) => Promise<ReceiveStatistics>,
  ) {
    const { platform, adaptive } = host.options;
    this.publication = publication;
    this.#host = host;
    this.#attachments = attachments;
    this.#statistics = statistics;
    const screen: VideoPreference = publication.source === 'screen' ? { prefer: 'sharpness' } : {};
    this.#wish = new Wish(platform, adaptive, screen, (preference) => this.#call('setVideoPreferences', preference));
  }

  /** Asks for a picture by hand; in place of what `adaptive` asks for, until `prefer(undefined)`. */
  prefer(preference: VideoPreference | undefined): void {
    this.#wish.manual = preference;
  }

  /** The largest size that is wanted, counted from the smallest, 0; undefined: no limit. */
  setLayer(spatial: number | undefined): void {
    this.#layer = spatial;
    this.#tellLayer();
  }

  /** What is received, in figures. */
  statistics(): Promise<ReceiveStatistics> {
    return this.#statistics(this.publication);
  }

  /** The server has heard of it: now it takes wishes. @internal */
  _begin(): void {
    if (this.publication.hasVideo) {
      this.#wish.begin();
    }
    if (this.#layer !== undefined) {
      this.#tellLayer();
    }
  }

  /** These are received for it. Tells of new ones, of sound and picture at once. @internal */
  _take(tracks: MediaStreamTrack[]): void {
    const self: Writable<this> = this;
    const fresh: RemoteTrack[] = [];
    for (const track of tracks) {
      const kind = track.kind as Kind;
      if (!this[kind]) {
        self[kind] = new RemoteTrack(this.publication, track, this.#attachments, kind === 'video' ? this.#wish : undefined);
        fresh.push(self[kind]);
      } else if (this[kind].track !== track) {
        this[kind]._replace(track);
      }
    }
    if (this.state === 'requested') {
      self.state = 'active';
    }
    this._received.resolve();
    fresh.forEach((track) => this.#host.emit('trackSubscribed', { track, publication: this.publication }));
  }

  /** The server sends no picture for now, or does again. @internal */
  _pause(this: Writable<Subscription>, text: string | undefined): void {
    this.pausedText = text;
    this.state = text === undefined ? 'active' : 'paused';
  }

  /** The connection is gone; it will be received anew. @internal */
  _suspend(): void {
    this._asked = false;
    this.#wish.end();
  }

  /** It is received no longer. @internal */
  _end(reason: unknown): void {
    (this as Writable<this>).state = 'ended';
    this._received.reject(reason);
    this.#wish.end();
    for (const track of [this.audio, this.video]) {
      if (track) {
        track.detach();
        this.#host.emit('trackUnsubscribed', { track, publication: this.publication });
      }
    }
  }

  #tellLayer(): void {
    if (this._asked) {
      this.#call('setPreferredLayers', { spatialLayer: this.#layer ?? ALL_LAYERS }).catch(() => {});
    }
  }

  #call(method: string, params: object): Promise<unknown> {
    return this.#host.call(method, { sender: this.publication.sender, ...params });
  }
}
