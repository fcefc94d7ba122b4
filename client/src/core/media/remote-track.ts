import type { Writable } from '../json.ts';
import type { MediaElementLike } from '../platform.ts';
import type { RemotePublication } from '../publication.ts';
import type { Attachments } from './attachments.ts';
import type { Wish } from './wish.ts';

/** What is dear to the person who watches; the least dear is paused first. */
export type Priority = 'pinned' | 'speaker' | 'normal' | 'thumbnail';

/** Sound or picture of somebody, as it is received. The object stays the same when connections are replaced. */
export class RemoteTrack {
  /** Sound or picture. */
  readonly kind: 'audio' | 'video';
  /** What it is part of. */
  readonly publication: RemotePublication;
  /** Another one after a connection was replaced; attached elements are told. */
  readonly track: MediaStreamTrack;
  #attachments: Attachments;
  #wish: Wish | undefined;
  #elements = new Map<MediaElementLike, (() => void) | undefined>(); // and how to stop watching

  /** @internal */
  constructor(publication: RemotePublication, track: MediaStreamTrack, attachments: Attachments, wish: Wish | undefined) {
    this.publication = publication;
    this.track = track;
    this.kind = track.kind as 'audio' | 'video';
    this.#attachments = attachments;
    this.#wish = wish;
  }

  /** How dear the picture is. Default: `normal`. */
  get priority(): Priority {
    return this.#wish?.priority ?? 'normal';
  }

  set priority(priority: Priority) {
    if (this.#wish && this.#wish.priority !== priority) {
      this.#wish.priority = priority;
    }
  }

  /**
   * Shows or plays it in the element, together with what else of the same publication is there. With `adaptive` its size and
   * visibility decide what is asked for.
   */
  attach(element: MediaElementLike): void {
    this.#attachments.attach(this, element);
    const wish = this.#wish;
    if (!this.#elements.has(element)) {
      const { platform } = this.#attachments;
      this.#elements.set(element, wish && platform.watchElement?.(element, (view) => wish.show(element, view)));
      if (!platform.watchElement) {
        wish?.show(element);
      }
    }
  }

  /** Takes it out of the element, or of all. */
  detach(element?: MediaElementLike): void {
    for (const each of element ? [element] : [...this.#elements.keys()]) {
      this.#elements.get(each)?.();
      this.#elements.delete(each);
      this.#wish?.drop(each);
      this.#attachments.detach(this, each);
    }
  }

  /** A new connection brings it. @internal */
  _replace(track: MediaStreamTrack): void {
    const before = this.track;
    (this as Writable<this>).track = track;
    for (const element of this.#elements.keys()) {
      this.#attachments.replace(this, before, element);
    }
  }
}
