// Turning the pages of a list that is too long for one.

import { make, mark, say } from './dom.js';
import { count } from './words.js';

export const PAGE = 50;

export class Pages {
  #nav;
  #turned;
  #before;
  #after;
  #where = make('span', { role: 'status' });
  offset = 0;

  constructor(nav, turned) {
    this.#nav = nav;
    this.#turned = turned;
    this.#before = make('button', { type: 'button', class: 'button', onclick: () => this.#turn(-PAGE) }, 'Previous');
    this.#after = make('button', { type: 'button', class: 'button', onclick: () => this.#turn(PAGE) }, 'Next');
    nav.append(this.#before, this.#where, this.#after);
  }

  first() {
    this.offset = 0;
  }

  show(matching) {
    if (this.offset > 0 && this.offset >= matching) {
      this.#turn(-PAGE); // they have become fewer
    }
    this.#nav.hidden = matching <= PAGE;
    say(this.#where, `${count(this.offset + 1)}–${count(Math.min(this.offset + PAGE, matching))} of ${count(matching)}`);
    mark(this.#before, 'disabled', this.offset === 0 ? '' : undefined);
    mark(this.#after, 'disabled', this.offset + PAGE >= matching ? '' : undefined);
  }

  #turn(by) {
    this.offset = Math.max(0, this.offset + by);
    this.#turned();
  }
}
