// The grid: a tile for each person, as large as the window allows, or one large and the others in a strip.

import { fit, spotlight } from './layout.js';
import { priorityOf } from './preference.js';
import { judge } from './quality.js';
import { Speaking } from './speaking.js';
import { Tile } from './tile.js';

const GAP = 12;
const RATIO = 16 / 9;
const PORTRAIT_RATIO = 1; // a phone held upright has more use of the height
const SPEAKING_INTERVAL = 250; // ms

export class Tiles {
  /** The user whose picture is large, or null. */
  pinned = null;

  #list;
  #tiles = new Map(); // user -> Tile
  #page;
  #speaking = new Speaking();

  /**
   * `page` has: `blocked()`, run when the browser refuses to play sound; `levelOf(user)`, how loud somebody is;
   * `prefer(user, preference)` and `preferLayer(user, layer)`, which ask the server for a picture, see PictureWish.
   */
  constructor(list, page) {
    this.#list = list;
    this.#page = page;
    document.addEventListener('visibilitychange', () => this.review(0));
    new ResizeObserver(() => this.#arrange()).observe(list);
    setInterval(() => this.#showSpeakers(), SPEAKING_INTERVAL);
  }

  get(user) {
    return this.#tiles.get(user);
  }

  /** Adds a tile if there is none yet. One's own is mirrored, silent, and first. */
  add(user, own = false) {
    let tile = this.#tiles.get(user);
    if (!tile) {
      tile = new Tile(user, own, {
        blocked: this.#page.blocked,
        pin: () => this.pin(this.pinned === user ? null : user),
        prefer: (preference) => this.#page.prefer(user, preference),
        preferLayer: (layer) => this.#page.preferLayer(user, layer),
      });
      this.#tiles.set(user, tile);
      own ? this.#list.prepend(tile.element) : this.#list.append(tile.element);
      this.#arrange();
      this.#weigh();
    }
    return tile;
  }

  remove(user) {
    this.#tiles.get(user)?.dispose();
    this.#tiles.delete(user);
    if (this.pinned === user) {
      this.pin(null);
    }
    this.#arrange();
  }

  clear() {
    for (const user of [...this.#tiles.keys()]) {
      this.remove(user);
    }
    this.forgetSpeakers();
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

  /** Shows one person large; null shows all alike. */
  pin(user) {
    this.pinned = user;
    for (const [name, tile] of this.#tiles) {
      tile.pinned = name === user;
    }
    this.#arrange();
    this.#weigh();
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

  /** Marks who is received badly, by a Map from user to the tracks of getQuality. */
  judge(qualities) {
    for (const [user, tile] of this.#tiles) {
      tile.mark(judge(user, qualities.get(user) ?? [], tile.marked));
    }
  }

  #showSpeakers() {
    for (const [user, tile] of this.#tiles) {
      const level = tile.own ? 0 : this.#page.levelOf(user);
      tile.element.classList.toggle('speaking', this.#speaking.speaks(user, level));
    }
  }

  #weigh() {
    for (const [user, { wish }] of this.#tiles) {
      if (wish) {
        wish.priority = priorityOf(user, { pinned: this.pinned, dominant: this.#speaking.dominant });
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
    if (this.pinned === null) {
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
