// The tile of one stream, a person's camera or screen: the picture or initials, the name, and what there is to say.

import { avatarOf } from './avatar.js';
import { make, template } from './dom.js';
import { Nameplate } from './nameplate.js';
import { SCREEN, WEBCAM } from './stream.js';
import { PictureWish } from './wish.js';

export class Tile {
  /** performance.now() of the first picture shown, or null. */
  firstFrameAt = null;
  /** The PictureWish; nobody has one for their own picture. */
  wish = null;
  own;
  user;
  stream;

  #video;
  #status;
  #plate;
  #pin = null;
  #pause;
  #interruption = 0; // counts pauses, so that the end of one does not end the next

  /** `blocked()` as for Tiles; `pin()` runs when the person clicks; `prefer` and `preferLayer` as for PictureWish. */
  constructor({ user, stream, own }, { blocked, pin, prefer, preferLayer }) {
    Object.assign(this, { user, stream, own, blocked });
    this.element = make('li', 'tile waiting');
    this.element.dataset.user = user;
    this.element.dataset.stream = stream;
    this.element.classList.toggle('own', own);
    this.element.classList.toggle('screen', stream === SCREEN);
    const label = labelOf(user, stream, own);
    this.#video = make('video', own && stream === WEBCAM ? 'mirrored' : '');
    this.#video.id = `native-video-${user}_${stream}`;
    this.#video.autoplay = this.#video.playsInline = true;
    this.#video.muted = own;
    this.#video.setAttribute('aria-label', `Picture of ${label}`);
    this.#video.addEventListener('resize', () => this.#resized());
    this.#status = make('span', 'tile-status');
    this.#pause = make('p', 'tile-pause');
    this.#pause.setAttribute('role', 'status');
    this.#plate = new Nameplate(label);
    this.element.append(this.#video, avatarOf(user), this.#status, this.#pause, this.#plate.element);
    if (!own) {
      this.wish = new PictureWish(this.#video, { prefer, preferLayer });
      this.#pin = template('pinButton');
      this.#pin.ariaLabel = this.#pin.title = `Pin ${label}`;
      this.element.append(this.#pin);
      this.element.addEventListener('click', pin); // the button's click comes here too
    }
  }

  /** Whether this is the one that is shown large. */
  set large(large) {
    this.element.classList.toggle('large', large);
  }

  /** Whether that is by the person's choice. */
  set pinned(pinned) {
    if (this.#pin) {
      this.#pin.ariaPressed = String(pinned);
    }
  }

  /** Shows a stream; mirrored only when it is one's own camera, not when it comes back from the server. */
  show(stream, mirrored = false) {
    this.#video.classList.toggle('mirrored', mirrored);
    if (this.#video.srcObject === stream) {
      return;
    }
    this.#video.srcObject = stream;
    this.wish?.begin();
    this.#onNextFrame((now) => {
      this.firstFrameAt ??= now;
      this.element.classList.remove('waiting');
      this.status('');
    });
    this.play();
  }

  /** Takes the picture away and shows the initials. */
  blank() {
    this.#video.srcObject = null;
    this.wish?.end();
    this.element.classList.remove('picture');
    this.element.classList.add('waiting');
    this.unpause();
    this.mark(null);
  }

  play() {
    if (this.#video.srcObject) {
      this.#video.play().catch((error) => error.name === 'NotAllowedError' && this.blocked());
    }
  }

  /** A short sentence over the tile; an empty one removes it. */
  status(text) {
    this.#status.textContent = text;
  }

  /** The server sends no picture for now; says why. The last one stays, dimmed. */
  pause(text) {
    this.#interruption++;
    this.status('');
    this.element.classList.add('paused');
    this.#pause.textContent = text;
  }

  /** The server sends again: the sentence stays until a new picture shows. */
  resume() {
    const interruption = this.#interruption;
    this.#onNextFrame(() => interruption === this.#interruption && this.unpause());
  }

  /** Takes the sentence away at once. */
  unpause() {
    this.#interruption++;
    this.element.classList.remove('paused');
    this.#pause.textContent = '';
  }

  /** Whether sound and picture are off: one's own, or what a moderator muted. Nobody tells who mutes themselves. */
  muted({ microphone, camera }) {
    this.#plate.muted = microphone;
    this.element.classList.toggle('camera-off', camera);
  }

  /** Shows what a Member says of the person. */
  describe({ moderates, hand }) {
    this.#plate.moderator = moderates;
    this.#plate.hand = hand > 0;
  }

  /** Whether there is a mark of bad quality. */
  get marked() {
    return this.#plate.marked;
  }

  /** Shows {bars, text} of quality.js; null when all is well. */
  mark(quality) {
    this.#plate.mark(quality);
  }

  dispose() {
    this.wish?.dispose();
    this.#video.srcObject = null;
    this.element.remove();
  }

  #onNextFrame(run) {
    // A browser that cannot tell is taken to have it at once.
    this.#video.requestVideoFrameCallback ? this.#video.requestVideoFrameCallback(run) : run(performance.now());
  }

  #resized() {
    const { videoWidth: width, videoHeight: height } = this.#video;
    this.element.classList.toggle('picture', width > 0);
    this.element.classList.toggle('upright', height > width);
  }
}

function labelOf(user, stream, own) {
  if (stream === WEBCAM) {
    return own ? `${user} (you)` : user;
  }
  return own ? `Your ${stream}` : `${user}'s ${stream}`;
}
