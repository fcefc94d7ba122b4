import { AtriumError } from '../errors.ts';
import type { Writable } from '../json.ts';
import type { Platform } from '../platform.ts';
import { capture } from './capture.ts';
import { KINDS, type Kind, type LocalPublication } from './local-publication.ts';
import { adopt, type Tracks } from './tracks.ts';

/** What the camera acts on, and whom it tells. */
export interface CameraOwner {
  /** The stream `webcam`, if it is published. */
  publication(): LocalPublication | undefined;
  /** Its tracks, or what of them is on, have changed: resolves when that is sent. */
  changed(publication: LocalPublication): Promise<void>;
  /** A device was lost, and there is no other. */
  lost(publication: LocalPublication, error: AtriumError): void;
}

/** Camera and microphone of the stream `webcam`: opened, switched on and off, exchanged. */
export class Camera {
  #platform: Platform;
  #tracks: Tracks;
  #owner: CameraOwner;
  #wanted = { audio: true, video: true };
  #devices: Partial<Record<Kind, string>> = {};
  #turns = { audio: Promise.resolve(), video: Promise.resolve() };
  #stay = 0; // changes when one has left, so that nothing is opened after that

  constructor(platform: Platform, tracks: Tracks, owner: CameraOwner) {
    this.#platform = platform;
    this.#tracks = tracks;
    this.#owner = owner;
  }

  on(kind: Kind): boolean {
    return this.#wanted[kind] && this.#owner.publication()?._sent(kind)?.readyState === 'live';
  }

  /** Opens what is wanted for a new publication, or takes what it was given. Rejects when there is nothing. */
  async open(publication: Writable<LocalPublication>): Promise<void> {
    const { audioTrack, videoTrack } = publication._options;
    const given = { audio: audioTrack, video: videoTrack };
    const stay = this.#stay;
    const captured = await capture(this.#platform, {
      audio: !audioTrack && this.#wanted.audio && this.#constraints(publication, 'audio'),
      video: !videoTrack && this.#wanted.video && this.#constraints(publication, 'video'),
    });
    const opened = { audio: captured.audioTrack, video: captured.videoTrack };
    publication.problems = captured.problems;
    KINDS.forEach((kind) => this.#tracks.own(opened[kind]));
    if (stay !== this.#stay || this.#owner.publication()) {
      KINDS.forEach((kind) => this.#tracks.stop(opened[kind]));
      throw new AtriumError('aborted');
    }
    if (captured.problems.length && !KINDS.some((kind) => given[kind] ?? opened[kind])) {
      throw captured.problems[0];
    }
    for (const kind of KINDS) {
      this.#take(publication as LocalPublication, kind, given[kind] ?? opened[kind]);
    }
  }

  /** Switches one of them; before there is a publication: what to begin with. */
  switch(kind: Kind, on: boolean): Promise<void> {
    this.#wanted[kind] = on;
    return this.#inTurn(kind, async (publication) => {
      const track = publication._track(kind);
      if (this.#wanted[kind] !== on) {
        return; // switched again meanwhile
      }
      if (on && track?.readyState !== 'live') {
        await this.#reopen(publication, kind);
        return;
      }
      // A camera's light goes out; a microphone stays open, so that it is there at once.
      const closing = !on && kind === 'video' && this.#tracks.owns(track);
      publication._set(kind, closing ? undefined : track, on);
      if (track && kind === 'audio') {
        track.enabled = on;
      }
      await this.#owner.changed(publication);
      if (closing) {
        this.#tracks.stop(track);
      }
    });
  }

  /** Takes another device; at once when the one that there is is open. */
  choose(kind: Kind, deviceId: string): Promise<void> {
    this.#devices[kind] = deviceId;
    return this.#inTurn(kind, async (publication) => {
      if (publication._track(kind)) {
        await this.#reopen(publication, kind, true);
      }
    });
  }

  /** The application publishes tracks of its own in place of the devices. */
  yield(kind: Kind): void {
    this.#wanted[kind] = true;
  }

  close(): void {
    this.#stay++;
  }

  // One change of a kind after the other.
  #inTurn(kind: Kind, what: (publication: LocalPublication) => Promise<void>): Promise<void> {
    const done = this.#turns[kind].then(async () => {
      const publication = this.#owner.publication();
      await (publication && what(publication));
    });
    this.#turns[kind] = done.catch(() => {});
    return done;
  }

  /** Opens the device that is chosen and puts it in place of what there is. Rejects when it cannot be opened. */
  async #reopen(publication: LocalPublication, kind: Kind, exact = false): Promise<void> {
    const stay = this.#stay;
    const before = publication._track(kind);
    const wanted = { [kind]: this.#constraints(publication, kind, exact) || true };
    let captured = await capture(this.#platform, wanted);
    if (captured.problems[0]?.code === 'device-in-use' && before) {
      this.#tracks.stop(before); // phones open one camera at a time
      captured = await capture(this.#platform, wanted);
    }
    const track = captured.audioTrack ?? captured.videoTrack;
    this.#tracks.own(track);
    if (stay !== this.#stay || this.#owner.publication() !== publication) {
      this.#tracks.stop(track);
      throw new AtriumError('aborted');
    }
    if (track) {
      (publication as Writable<LocalPublication>).problems = [];
      this.#take(publication, kind, track);
    } else if (before?.readyState !== 'live') {
      return this.#drop(publication, kind, captured.problems[0]);
    }
    await this.#owner.changed(publication);
    if (!track) {
      throw captured.problems[0];
    }
    this.#tracks.stop(before);
  }

  async #drop(publication: LocalPublication, kind: Kind, why = new AtriumError('device-not-found')): Promise<void> {
    this.#wanted[kind] = false;
    publication._set(kind, undefined, false);
    await this.#owner.changed(publication);
    throw why;
  }

  #take(publication: LocalPublication, kind: Kind, track: MediaStreamTrack | undefined): void {
    adopt(publication, kind, track, this.#wanted[kind], () => this.#lost(publication, kind));
  }

  // Another device takes its place, if there is one; not that of a track that we were given.
  #lost(publication: LocalPublication, kind: Kind): void {
    const given = !this.#tracks.owns(publication._track(kind));
    delete this.#devices[kind];
    this.#inTurn(kind, () => (given ? this.#drop(publication, kind) : this.#reopen(publication, kind))).catch((error: AtriumError) => {
      if (error.code !== 'aborted') {
        (publication as Writable<LocalPublication>).problems = [error];
        this.#owner.lost(publication, error);
      }
    });
  }

  #constraints(publication: LocalPublication, kind: Kind, exact = false): boolean | MediaTrackConstraints {
    const { [kind]: asked = true } = publication._options;
    const deviceId = this.#devices[kind];
    if (!deviceId || (asked !== true && asked && asked.deviceId)) {
      return asked;
    }
    return { ...(typeof asked === 'object' && asked), deviceId: exact ? { exact: deviceId } : deviceId };
  }
}
