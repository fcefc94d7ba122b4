// The tile of one stream: the picture or initials, the name, and what there is to say of both.

import type { ConnectionQuality, Participant, Publication } from '../../src/index.ts';
import { h, say } from '../dom.ts';
import { avatarOf } from './avatar.ts';
import { fitting } from './fitting.ts';
import { handSign, Nameplate, pinButton, pressPin } from './nameplate.ts';
import { Picture } from './picture.ts';
import type { Placement, Subject } from './scene.ts';

const CAMERA = 'webcam';
const SCREEN = 'screen';

/** What the stage does for its tiles. */
export interface TileHost {
  /** The person clicked; nobody pins themselves. */
  pin(tile: Tile): void;
  /** The picture has another shape. */
  reshaped(): void;
}

export class Tile implements Subject {
  readonly key: string;
  readonly user: string;
  readonly stream: string;
  readonly own: boolean;
  readonly screen: boolean;
  readonly element: HTMLLIElement;
  readonly picture: Picture;
  /** What there is to press; nobody pins themselves. */
  readonly pin: HTMLButtonElement | undefined;
  /** Where it stands; undefined: not on this page. */
  placement: Placement | undefined;

  readonly #host: TileHost;
  readonly #plate: Nameplate;
  readonly #hand = handSign();
  readonly #status = h('span', { class: 'tile-status' });
  readonly #pause = h('p', { class: 'tile-pause', role: 'status' });
  #cameraOff = false;
  #expected = false; // a picture is to come, or is there
  #unreachable = false;
  #interruption = 0; // counts pauses, so that the end of one does not end the next

  constructor(user: string, stream: string, own: boolean, host: TileHost) {
    [this.user, this.stream, this.own, this.#host] = [user, stream, own, host];
    this.key = keyOf(user, stream);
    this.screen = stream === SCREEN;
    const label = labelOf(user, stream, own);
    this.picture = new Picture(label, `native-video-${this.key}`, {
      shown: (there) => this.#shown(there),
      resized: () => this.#resized(),
    });
    this.picture.element.classList.toggle('mirrored', own && stream === CAMERA);
    this.#plate = new Nameplate(label, own);
    this.element = h('li', { class: 'tile waiting', 'data-user': user, 'data-stream': stream, hidden: true },
      this.picture.element, avatarOf(user), this.#status, this.#pause, this.#hand, this.#plate.element);
    this.element.classList.toggle('own', own);
    this.element.classList.toggle('screen', this.screen);
    if (!own) {
      this.pin = pinButton(label);
      this.element.append(this.pin);
      this.element.addEventListener('click', () => host.pin(this)); // the button's click comes here too
    }
  }

  get ratio(): number | undefined {
    const { width, height } = this.picture;
    return width > 0 && height > 0 ? width / height : undefined;
  }

  /** Whether it is large by the person's choice. */
  set pinned(pinned: boolean) {
    this.element.classList.toggle('pinned', pinned);
    if (this.pin) {
      pressPin(this.pin, pinned);
    }
  }

  set speaking(speaking: boolean) {
    this.element.classList.toggle('speaking', speaking);
  }

  set quality(quality: ConnectionQuality) {
    this.#plate.mark.quality = quality;
  }

  /** A short sentence over the tile; an empty one removes it. */
  set status(text: string) {
    say(this.#status, text);
  }

  /** Shows what is known of the person and of the stream. */
  describe({ role, handRaisedAt, unreachable }: Participant, publication: Publication | undefined): void {
    const camera = this.stream === CAMERA;
    const { audioMuted = false, audioOff = false, videoMuted = false, videoOff = false, hasAudio = false } = publication ?? {};
    const silent = audioMuted ? 'muted' : audioOff || (publication && !hasAudio) ? 'off' : 'no';
    this.#plate.signs = { silent: camera ? silent : 'no', moderates: camera && (role === 'moderator' || role === 'admin') };
    this.#hand.hidden = !camera || handRaisedAt === undefined;
    this.#expected = publication?.hasVideo === true && !videoMuted && !videoOff;
    this.element.classList.toggle('connecting', this.#expected && !this.element.classList.contains('picture'));
    if (!this.#expected) {
      this.status = '';
    }
    this.#switchCamera(videoMuted || videoOff);
    this.#reach(unreachable);
  }

  /** Says that the person is not there at present, until they are. */
  #reach(unreachable: boolean): void {
    if (unreachable === this.#unreachable) {
      return;
    }
    this.#unreachable = unreachable;
    if (unreachable) {
      this.pause('cannot be reached at present');
    } else if (this.#expected) {
      this.resume();
    } else {
      this.unpause();
    }
  }

  /** The server sends no picture for now, and says why. The last one stays, dimmed. */
  pause(text: string): void {
    this.#interruption++;
    this.status = '';
    this.element.classList.add('paused');
    this.#pause.textContent = text ? text.charAt(0).toUpperCase() + text.slice(1) : 'Paused';
  }

  /** The server sends again: the sentence stays until a new picture shows. */
  resume(): void {
    const interruption = this.#interruption;
    this.picture.onNextFrame(() => interruption === this.#interruption && this.unpause());
  }

  unpause(): void {
    this.#interruption++;
    this.element.classList.remove('paused');
    this.#pause.textContent = '';
  }

  /** Takes the picture away; the initials stay. */
  blank(): void {
    this.picture.clear();
    this.unpause();
    this.status = '';
  }

  /** Decides anew whether the picture is cut or whole. */
  fit(): void {
    if (this.placement) {
      this.element.dataset['fit'] = fitting(this.picture, this.placement.rect, this.screen);
    }
  }

  dispose(): void {
    this.#plate.mark.dispose();
    this.picture.clear();
    this.element.remove();
  }

  #shown(there: boolean): void {
    this.element.classList.toggle('picture', there && !this.#cameraOff);
    this.element.classList.toggle('waiting', !there);
    this.element.classList.toggle('connecting', !there && this.#expected);
    if (there) {
      this.status = '';
    }
  }

  // What comes after a pause is shown from its first picture on, not the last one from before.
  #switchCamera(off: boolean): void {
    if (off === this.#cameraOff) {
      return;
    }
    this.#cameraOff = off;
    this.element.classList.toggle('camera-off', off);
    if (off) {
      this.element.classList.remove('picture');
    } else {
      this.picture.onNextFrame(() => this.#shown(true));
    }
  }

  #resized(): void {
    this.fit();
    this.#host.reshaped();
  }
}

/** How the tile of a stream is found: the sender of the protocol. */
export const keyOf = (user: string, stream: string): string => `${user}_${stream}`;

function labelOf(user: string, stream: string, own: boolean): string {
  if (stream === CAMERA) {
    return own ? `${user} (you)` : user;
  }
  return own ? `Your ${stream}` : `${user}’s ${stream}`;
}
