// The grid: a tile for each camera and each screen, as large as the window allows, or one large and the others in a strip.

import { fit, spotlight } from './layout.js';
import { priorityOf } from './preference.js';
import { judge } from './quality.js';
import { Speaking } from './speaking.js';
import { SCREEN, senderOf, WEBCAM } from './stream.js';
import { Tile } from './tile.js';

const GAP = 12;
const RATIO = 16 / 9;
const PORTRAIT_RATIO = 1; // a phone held upright has more use of the height
const SPEAKING_INTERVAL = 250; // ms

export class Tiles {
  #pinned = null; // the Tile that the person wants large
  #list;
  #tiles = new Map(); // sender -> Tile
  #page;
  #speaking = new Speaking();

  /**
   * `page` has: `blocked()`, run when the browser refuses to play sound; `levelOf(user)`, how loud somebody is;
   * `prefer(user, stream, preference)` and `preferLayer(user, stream, layer)`, which ask the server for a picture, see
   * PictureWish.
   */
  constructor(list, page) {
    this.#list = list;
    this.#page = page;
    document.addEventListener('visibilitychange', () => this.review(0));
    new ResizeObserver(() => this.#arrange()).observe(list);
    setInterval(() => this.#showSpeakers(), SPEAKING_INTERVAL);
  }

  get(user, stream = WEBCAM) {
    return this.#tiles.get(senderOf(user, stream));
  }

  /** Adds a tile if there is none yet. One's own camera is mirrored, silent, and first. */
  add(user, { own = false, stream = WEBCAM } = {}) {
    let tile = this.get(user, stream);
    if (!tile) {
      tile = new Tile({ user, stream, own }, {
        blocked: this.#page.blocked,
        pin: () => this.pin(this.#pinned === tile ? null : tile),
        prefer: (preference) => this.#page.prefer(user, stream, preference),
        preferLayer: (layer) => this.#page.preferLayer(user, stream, layer),
      });
      this.#tiles.set(senderOf(user, stream), tile);
      own && stream === WEBCAM ? this.#list.prepend(tile.element) : this.#list.append(tile.element);
      this.#order();
    }
    return tile;
  }

  remove(user, stream = WEBCAM) {
    const tile = this.get(user, stream);
    tile?.dispose();
    this.#tiles.delete(senderOf(user, stream));
    if (this.#pinned === tile) {
      this.#pinned = null;
    }
    this.#order();
  }

  /** Removes all tiles of a person; without a name, of everybody. */
  clear(user) {
    for (const tile of [...this.#tiles.values()]) {
      if (user === undefined || tile.user === user) {
        this.remove(tile.user, tile.stream);
      }
    }
  }

  /** Tries again to play, after a click. */
  play() {
    for (const tile of this.#tiles.values()) {
      tile.play();
    }
  }

  /** Looks again, after `delay` ms, what is wanted of each picture. */
  review(delay) {
    for (const tile of this.#tiles.values()) {
      tile.wish?.review(delay);
    }
  }

  /** Shows one tile large; null leaves that to who shares a screen. */
  pin(tile) {
    this.#pinned = tile;
    this.#order();
  }

  /** The server says who speaks: the dominant speaker, who may be absent, and all users who do. */
  heard(dominant, speakers) {
    this.#speaking.told(dominant, speakers);
    this.#showSpeakers();
    this.#weigh();
  }

  /** Another server, or another session, which has said nothing yet. */
  forgetSpeakers() {
    this.#speaking = new Speaking();
    this.#weigh();
  }

  /** Marks who is received badly, by a Map from sender to the tracks of getQuality. */
  judge(qualities) {
    for (const [sender, tile] of this.#tiles) {
      tile.mark(judge(tile.user, qualities.get(sender) ?? [], tile.marked));
    }
  }

  // What is pinned is large, else the last screen that somebody else began to share.
  get #large() {
    const screens = [...this.#tiles.values()].filter(({ own, stream }) => stream === SCREEN && !own);
    return this.#pinned ?? screens.at(-1) ?? null;
  }

  #order() {
    const large = this.#large;
    for (const tile of this.#tiles.values()) {
      tile.large = tile === large;
      tile.pinned = tile === this.#pinned;
    }
    this.#arrange();
    this.#weigh();
  }

  #showSpeakers() {
    for (const { user, stream, own, element } of this.#tiles.values()) {
      const level = own ? 0 : this.#page.levelOf(user);
      element.classList.toggle('speaking', stream === WEBCAM && this.#speaking.speaks(user, level));
    }
  }

  #weigh() {
    const { dominant } = this.#speaking;
    const circumstances = { large: this.#large, dominant: dominant === null ? null : this.get(dominant) };
    for (const tile of this.#tiles.values()) {
      if (tile.wish) {
        tile.wish.priority = priorityOf(tile, circumstances);
      }
    }
  }

  #arrange() {
    const box = { width: this.#list.clientWidth, height: this.#list.clientHeight };
    const count = this.#tiles.size;
    const ratio = box.height > box.width && count > 1 ? PORTRAIT_RATIO : RATIO;
    const style = this.#list.style;
    style.setProperty('--tile-ratio', ratio);
    style.setProperty('--gap', `${GAP}px`);
    if (this.#large === null) {
      const { columns, width } = fit(count, box, GAP, ratio);
      style.setProperty('--tile-width', `${width}px`);
      this.#list.dataset.columns = columns;
      delete this.#list.dataset.strip;
    } else {
      const { beside, large, width } = spotlight(count - 1, box, GAP, ratio);
      style.setProperty('--tile-width', `${width}px`);
      style.setProperty('--large-width', `${large}px`);
      this.#list.dataset.strip = beside ? 'beside' : 'below';
    }
  }
}
