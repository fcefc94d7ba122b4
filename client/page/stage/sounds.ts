// The sound of the others: a hidden audio element for each track, so that it goes on whatever happens to tiles.

import type { RemoteTrack } from '../../src/index.ts';
import { h } from '../dom.ts';

/** An element that can play on a device of choice; Safari's cannot. */
type Sink = HTMLAudioElement & { setSinkId?(deviceId: string): Promise<void> };

export class Sounds {
  readonly element = h('div', { hidden: true });
  #players = new Map<RemoteTrack, Sink>();
  #output = '';
  #blocked: (blocked: boolean) => void;

  /** `blocked(true)` is called when the browser wants a click first, and `blocked(false)` when it has had it. */
  constructor(blocked: (blocked: boolean) => void) {
    this.#blocked = blocked;
  }

  add(track: RemoteTrack): void {
    if (this.#players.has(track)) {
      return;
    }
    const player: Sink = h('audio', { autoplay: true, 'data-sender': track.publication.sender });
    this.#players.set(track, player);
    this.element.append(player);
    if (this.#output) {
      player.setSinkId?.(this.#output).catch(() => {}); // unplugged meanwhile: the default plays
    }
    track.attach(player);
    void this.#play(player);
  }

  remove(track: RemoteTrack): void {
    const player = this.#players.get(track);
    if (player) {
      track.detach(player);
      player.srcObject = null;
      player.remove();
      this.#players.delete(track);
    }
  }

  /** Plays on another device; an empty id is the default. Resolves when all do, rejects when the browser refuses. */
  async setOutput(deviceId: string): Promise<void> {
    this.#output = deviceId;
    await Promise.all([...this.#players.values()].map((player) => player.setSinkId?.(deviceId)));
  }

  /** Tries again, after a click. */
  async play(): Promise<void> {
    const played = await Promise.all([...this.#players.values()].map((player) => this.#play(player)));
    if (played.every(Boolean)) {
      this.#blocked(false);
    }
  }

  dispose(): void {
    [...this.#players.keys()].forEach((track) => this.remove(track));
    this.element.remove();
  }

  async #play(player: Sink): Promise<boolean> {
    try {
      await player.play();
      return true;
    } catch (error) {
      const blocked = error instanceof DOMException && error.name === 'NotAllowedError';
      if (blocked) {
        this.#blocked(true);
      }
      return !blocked;
    }
  }
}
