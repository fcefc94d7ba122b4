// The grid: a tile for each person, as large as the window allows.

import { LayerWish } from './layers.js';
import { fit } from './layout.js';

const GAP = 12;
const RATIO = 16 / 9;
const PORTRAIT_RATIO = 1; // a phone held upright has more use of the height
const SPEAKING_LEVEL = 0.02; // of 1; about -34 dB, above room noise
const SPEAKING_INTERVAL = 250; // ms

export class Tiles {
  #list;
  #tiles = new Map(); // user -> Tile

  /**
   * `blocked()` runs when the browser refuses to play sound; `levelOf(user)` tells how loud somebody is;
   * `ask(user, layer)` asks for a size of their picture.
   */
  constructor(list, { blocked, levelOf, ask }) {
    this.#list = list;
    this.blocked = blocked;
    this.ask = ask;
    document.addEventListener('visibilitychange', () => this.review());
    new ResizeObserver(() => this.#arrange()).observe(list);
    setInterval(() => {
      for (const [user, tile] of this.#tiles) {
        tile.element.classList.toggle('speaking', !tile.own && levelOf(user) > SPEAKING_LEVEL);
      }
    }, SPEAKING_INTERVAL);
  }

  get(user) {
    return this.#tiles.get(user);
  }

  /** Adds a tile if there is none yet. One's own is mirrored, silent, and first. */
  add(user, own = false) {
    let tile = this.#tiles.get(user);
    if (!tile) {
      tile = new Tile(user, own, { blocked: this.blocked, ask: (layer) => this.ask(user, layer) });
      this.#tiles.set(user, tile);
      own ? this.#list.prepend(tile.element) : this.#list.append(tile.element);
      this.#arrange();
    }
    return tile;
  }

  remove(user) {
    this.#tiles.get(user)?.dispose();
    this.#tiles.delete(user);
    this.#arrange();
  }

  clear() {
    for (const user of [...this.#tiles.keys()]) {
      this.remove(user);
    }
  }

  /** Tries again to play, after a click. */
  play() {
    for (const tile of this.#tiles.values()) {
      tile.play();
    }
  }

  /** Looks again which size of each picture is wanted. */
  review() {
    for (const tile of this.#tiles.values()) {
      tile.wish?.review();
    }
  }

  #arrange() {
    const box = { width: this.#list.clientWidth, height: this.#list.clientHeight };
    const ratio = box.height > box.width && this.#tiles.size > 1 ? PORTRAIT_RATIO : RATIO;
    const { columns, width } = fit(this.#tiles.size, box, GAP, ratio);
    this.#list.style.setProperty('--tile-width', `${width}px`);
    this.#list.style.setProperty('--tile-ratio', ratio);
    this.#list.style.setProperty('--gap', `${GAP}px`);
    this.#list.dataset.columns = columns;
  }
}

class Tile {
  /** performance.now() of the first picture shown, or null. */
  firstFrameAt = null;
  /** The LayerWish for the picture; nobody asks for a size of their own. */
  wish = null;

  #video;
  #status;
  #badge;

  constructor(user, own, { blocked, ask }) {
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
    if (!own) {
      this.wish = new LayerWish(this.#video, ask);
    }
    const avatar = make('span', 'avatar', initials(user));
    avatar.ariaHidden = 'true';
    avatar.dataset.colour = colour(user);
    this.#status = make('span', 'tile-status');
    this.#badge = document.getElementById('mutedBadge').content.firstElementChild.cloneNode(true);
    const name = make('span', 'tile-name');
    name.append(this.#badge, make('span', 'tile-label', label));
    this.element.append(this.#video, avatar, this.#status, name);
  }

  /** Shows a stream; mirrored only when it is one's own camera, not when it comes back from the server. */
  show(stream, mirrored = false) {
    this.#video.classList.toggle('mirrored', mirrored);
    if (this.#video.srcObject === stream) {
      return;
    }
    this.#video.srcObject = stream;
    this.wish?.begin();
    this.#video.requestVideoFrameCallback?.((now) => {
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

  #resized() {
    const { videoWidth: width, videoHeight: height } = this.#video;
    this.element.classList.toggle('picture', width > 0);
    this.element.classList.toggle('upright', height > width);
  }
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
