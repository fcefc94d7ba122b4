import type { Json } from '../core/json.ts';
import type { RemoteTrack } from '../core/media/remote-track.ts';
import { bindMethods } from './bound.ts';
import { Elements } from './elements.ts';
import type { Kurento } from './kurento.ts';
import { Listeners, type Listener } from './listeners.ts';
import { OwnMedia } from './own-media.ts';
import type { Participant } from './participant.ts';
import { Peer } from './peer.ts';
import { Reception } from './reception.ts';
import type { Room } from './room.ts';

/** Options of `kurento.Stream`. `audio` and `video` were never looked at, and are not now: both are captured. */
export interface StreamOptions {
  id?: string;
  audio?: boolean;
  video?: boolean;
  data?: boolean;
  recvVideo?: boolean;
  recvAudio?: boolean;
  participant?: Participant;
}

/** The `Stream` of the old client: a stream of one's own when `local`, else of somebody else. */
export class Stream {
  readonly room: Room;
  #kurento: Kurento;
  #options: StreamOptions;
  #id: string;
  #listeners = new Listeners();
  #elements = new Elements();
  #own: OwnMedia | undefined;
  #reception: Reception;
  #peer: Peer | undefined;
  #subscribed = false;
  #showMyRemote = false;
  #mirrored = false;

  constructor(kurento: Kurento, local: boolean, room: Room, options: StreamOptions) {
    this.room = room;
    this.#kurento = kurento;
    this.#options = options;
    this.#id = options.id || 'webcam';
    this.#own = local ? new OwnMedia(kurento.sdk, this.#id) : undefined;
    this.#reception = new Reception(kurento.sdk, () => this.getParticipant()?.getID(), this.#id);
    bindMethods(this);
  }

  addEventListener(name: string, listener: Listener): void {
    this.#listeners.add(name, listener);
  }

  getID(): string {
    return this.#id;
  }

  getParticipant(): Participant | undefined {
    return this.#options.participant;
  }

  /** `<user>_webcam`: the name of its elements, and its `participantId` in events of the room. */
  getGlobalID(): string {
    const participant = this.getParticipant();
    return participant ? `${participant.getID()}_${this.#id}` : `${this.#id}_webcam`;
  }

  getRecvVideo(): boolean | undefined {
    return this.#options.recvVideo;
  }

  getRecvAudio(): boolean | undefined {
    return this.#options.recvAudio;
  }

  isLocal(): boolean {
    return this.#own !== undefined;
  }

  /** Opens camera and microphone, or the one of them that there is; then `access-accepted` or `access-denied`. */
  init(): void {
    this.getParticipant()?.addStream(this);
    void this.#own?.open().then((opened) => this.#listeners.emit(opened ? 'access-accepted' : 'access-denied'));
  }

  /** Publishes what `init` has opened; then `stream-published` of the room, or `error-media`. */
  publish(): void {
    this.#peer = new Peer(this);
    this.#own?.publish().then(
      () => {
        this.room.emitEvent('stream-published', [{ stream: this }]);
        if (this.#showMyRemote) {
          this.room.emitEvent('stream-subscribed', [{ stream: this }]);
        }
      },
      (error: Error) => this.room.emitEvent('error-media', [{ error: error.message }]),
    );
  }

  /** Ends one's own stream for everybody, and lets go of the devices. */
  unpublish(): void {
    this.#own?.end();
  }

  /** Receives it. That has been done already unless `disconnectParticipant` undid it. */
  subscribe(): void {
    this.#peer ??= new Peer(this);
    this.#reception.subscribe();
  }

  /** @internal Somebody's sound or picture has come, or both. */
  received(tracks: readonly RemoteTrack[] = this.#reception.tracks): void {
    this.#peer ??= new Peer(this);
    this.#elements.play(tracks);
    if (this.#reception.complete && !this.#subscribed) {
      this.#subscribed = true;
      this.room.emitEvent('stream-subscribed', [{ stream: this }]);
    }
  }

  /** What is captured, or what is received; undefined before. */
  getWrStream(): MediaStream | undefined {
    return this.#own ? this.#own.stream : this.#reception.stream;
  }

  getWebRtcPeer(): Peer | undefined {
    return this.#peer;
  }

  /** @internal A kind of one's own was switched on or off. */
  switched(kind: 'audio' | 'video', on: boolean): void {
    this.#own?.switch(kind, on);
  }

  /** Asks to be shown one's own picture. It is the camera's: nothing comes back from the server any more. */
  subscribeToMyRemote(): void {
    this.#showMyRemote = true;
  }

  displayMyRemote(): boolean {
    return this.#showMyRemote;
  }

  mirrorLocalStream(stream?: MediaStream): void {
    this.#showMyRemote = true;
    this.#mirrored = true;
    if (this.#own && stream) {
      this.#own.stream = stream;
    }
  }

  isLocalMirrored(): boolean {
    return this.#mirrored;
  }

  isDataChannelEnabled(): boolean {
    return this.#options.data ?? false;
  }

  isDataChannelOpened(): boolean {
    return this.isDataChannelEnabled() && this.#own?.published === true;
  }

  /** Sends to everybody in the room, who get it as `data-received` of theirs. Throws before the stream is published. */
  sendData(data: Json): void {
    if (!this.#peer) {
      throw new Error('WebRTC peer has not been created yet');
    }
    if (!this.isDataChannelOpened()) {
      throw new Error('Data channel is not opened');
    }
    this.#kurento.sdk.sendData(data).catch((error: unknown) => console.error('sendData:', error));
  }

  /** Plays it in a video of its own below an element, or the element of an id, and shows `thumbnailId` with the first picture. */
  playOnlyVideo(parent: string | HTMLElement, thumbnailId?: string): HTMLVideoElement {
    const video = this.#elements.video(this.getGlobalID(), parent, thumbnailId, this.isLocal());
    this.#elements.play(this.#source, video);
    return video;
  }

  /** The same with the name, in a container below the element of that id. */
  playThumbnail(parentId: string): HTMLVideoElement {
    return this.playOnlyVideo(this.#elements.thumbnail(this.getGlobalID(), parentId), parentId);
  }

  /** Answers are the SDK's business; here for pages that call it. */
  processSdpAnswer(_sdpAnswer: string): void {}

  /** Takes its elements off the page and ends it: the devices of one's own, the reception of others. */
  dispose(): void {
    this.#elements.dispose(this.#source);
    if (!this.#own) {
      this.#reception.unsubscribe();
    } else if (!this.#mirrored) {
      this.#own.end();
    }
  }

  get #source(): MediaStream | RemoteTrack[] | undefined {
    return this.#own ? this.#own.stream : this.#reception.tracks;
  }
}
