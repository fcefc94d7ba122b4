import { bindMethods } from './bound.ts';

/** What a {@link Peer} is of: streams know their tracks, and switch what is sent. */
export interface PeerOwner {
  getWrStream(): MediaStream | undefined;
  isLocal(): boolean;
  switched(kind: 'audio' | 'video', on: boolean): void;
}

/** What pages use of kurento-utils' WebRtcPeer. There is no connection of its own behind it: those are the SDK's. */
export class Peer {
  #owner: PeerOwner;

  constructor(owner: PeerOwner) {
    this.#owner = owner;
    bindMethods(this);
  }

  get audioEnabled(): boolean {
    return this.#enabled('audio');
  }

  set audioEnabled(on: boolean) {
    this.#enable('audio', on);
  }

  get videoEnabled(): boolean {
    return this.#enabled('video');
  }

  set videoEnabled(on: boolean) {
    this.#enable('video', on);
  }

  get enabled(): boolean {
    return this.audioEnabled && this.videoEnabled;
  }

  set enabled(on: boolean) {
    this.audioEnabled = on;
    this.videoEnabled = on;
  }

  getLocalStream(): MediaStream | undefined {
    return this.#owner.isLocal() ? this.#owner.getWrStream() : undefined;
  }

  getRemoteStream(): MediaStream | undefined {
    return this.#owner.isLocal() ? undefined : this.#owner.getWrStream();
  }

  #tracks(kind: string): MediaStreamTrack[] {
    return (this.#owner.getWrStream()?.getTracks() ?? []).filter((track) => track.kind === kind);
  }

  #enabled(kind: 'audio' | 'video'): boolean {
    const tracks = this.#tracks(kind);
    return tracks.length > 0 && tracks.every(({ enabled }) => enabled);
  }

  #enable(kind: 'audio' | 'video', on: boolean): void {
    for (const track of this.#tracks(kind)) {
      track.enabled = on;
    }
    this.#owner.switched(kind, on);
  }
}
