// One person's tile: the picture or initials, the name, and what there is to say about them.

import { PictureWish } from './wish.js';

export class Tile {
  /** performance.now() of the first picture shown, or null. */
  firstFrameAt = null;
  /** The PictureWish; nobody has one for their own picture. */
  wish = null;
  own;

  #video;
  #status;
  #badge;
  #pin = null;
  #pause;
  #mark;
  #interruption = 0; // counts pauses, so that the end of one does not end the next

  /** `blocked()` as for Tiles; `pin()` runs when the person clicks; `prefer` and `preferLayer` as for PictureWish. */
  constructor(user, own, { blocked, pin, prefer, preferLayer }) {
    this.own = own;
    this.blocked = blocked;
    this.element = make('li', 'tile waiting');
    this.element.dataset.user = user;
    this.element.classList.toggle('own', own);
    const label = own ? `${user} (you)` : user;
    this.#video = make('video', own ? 'mirrored' : '');
    this.#video.id = `native-video-${user}_webcam`;
    this.#video.autoplay = this.#video.playsInline = true;
    this.#video.muted = own;
    this.#video.setAttribute('aria-label', `Picture of ${label}`);
    this.#video.addEventListener('resize', () => this.#resized());
    const avatar = make('span', 'avatar', initials(user));
    avatar.ariaHidden = 'true';
    avatar.dataset.colour = colour(user);
    this.#status = make('span', 'tile-status');
    this.#pause = make('p', 'tile-pause');
    this.#pause.setAttribute('role', 'status');
    this.#badge = template('mutedBadge');
    this.#mark = template('qualityMark');
    const name = make('span', 'tile-name');
    name.append(this.#badge, make('span', 'tile-label', label), this.#mark);
    this.element.append(this.#video, avatar, this.#status, this.#pause, name);
    if (!own) {
      this.wish = new PictureWish(this.#video, { prefer, preferLayer });
      this.#pin = template('pinButton');
      this.#pin.ariaLabel = this.#pin.title = `Pin ${user}`;
      this.element.append(this.#pin);
      this.element.addEventListener('click', pin); // the button's click comes here too
    }
  }

  /** Whether this is the one that is shown large. */
  set pinned(pinned) {
    this.element.classList.toggle('pinned', pinned);
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

  /** Whether there is a mark of bad quality. */
  get marked() {
    return !this.#mark.hidden;
  }

  /** Shows {bars, text} of quality.js; null when all is well. */
  mark(quality) {
    this.#mark.hidden = !quality;
    if (quality) {
      this.#mark.dataset.bars = quality.bars;
      this.#mark.ariaLabel = this.#mark.title = quality.text;
    }
  }

  /** One's own state: the protocol does not tell who else is muted. */
  muted({ microphone, camera }) {
    this.#badge.hidden = !microphone;
    this.element.classList.toggle('camera-off', camera);
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

function template(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true);
}

function make(tag, className, text = '') {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

function initials(user) {
  const words = user.trim().split(/[\s._-]+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [user];
  return letters.map((word) => [...word][0]?.toUpperCase() ?? '').join('');
}

// The same person has the same colour on every screen.
function colour(user) {
  let sum = 0;
  for (const character of user) {
    sum = (sum * 31 + character.codePointAt(0)) % 6;
  }
  return sum;
}
