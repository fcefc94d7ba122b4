// A graph of the last ten minutes: lines over time, with what they stood at where one points, or the last second.

import { draw, make, mark, say } from './dom.js';

/** How far back a graph goes, in seconds: as far as there is something to show. */
const SPANS = [
  [60, '1 min ago', '30 s'],
  [120, '2 min ago', '1 min'],
  [300, '5 min ago', '2½ min'],
  [600, '10 min ago', '5 min'],
];
const HEIGHT = 120;
const LEFT = 4;
const RIGHT = 4;
const TOP = 8;
const BOTTOM = 3;

/** Rounds up to 1, 2 or 5 and zeros: where an axis may end. */
function nice(value) {
  if (!(value > 0)) {
    return 0;
  }
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 5, 10].find((n) => n * power >= value * 0.999);
  return step * power;
}

export class Chart {
  #lines;
  #words;
  #least;
  #most;
  #svg;
  #paths = [];
  #areas = [];
  #grid = [];
  #labels = [];
  #cursor;
  #time;
  #points = [];
  #at = null; // index of the point under the cursor
  #top = 1;
  #span = SPANS[0];
  #axis = [make('span'), make('span')];

  /**
   * `lines` are {name, label, colour}, names as the server has them. `words` writes a value, `least` is the smallest end
   * of the axis, and `most` a fixed one.
   */
  constructor({ title, lines, words, least = 1, most }) {
    this.#lines = lines;
    this.#words = words;
    this.#least = least;
    this.#most = most;
    this.#svg = draw('svg', { class: 'plot', height: HEIGHT, 'aria-hidden': 'true' });
    for (const level of [0.5, 1]) {
      this.#grid.push(draw('line', { class: 'grid', 'data-level': level }));
    }
    this.#cursor = draw('line', { class: 'cursor', y1: TOP, y2: HEIGHT - BOTTOM, visibility: 'hidden' });
    for (const { colour } of lines) {
      this.#areas.push(draw('path', { class: `area ${colour}` }));
      this.#paths.push(draw('path', { class: `line ${colour}` }));
    }
    this.#svg.append(...this.#grid, ...(lines.length === 1 ? this.#areas : []), ...this.#paths, this.#cursor);
    this.#time = make('span', { class: 'time' });
    const scale = [0, 1].map(() => make('span', { class: 'scale', 'aria-hidden': 'true' }));
    this.scale = scale;
    const legend = make('ul', { class: 'legend' });
    for (const { label, colour } of lines) {
      const value = make('b', {}, '');
      this.#labels.push(value);
      legend.append(make('li', {}, make('i', { class: `dot ${colour}` }), lines.length > 1 ? `${label} ` : '', value));
    }
    this.plot = make('div', { class: 'frame', tabindex: '0', role: 'img', 'aria-label': title }, ...scale, this.#svg);
    this.element = make(
      'figure',
      { class: 'card graph' },
      make('figcaption', {}, make('h3', {}, title), this.#time, legend),
      this.plot,
      make('div', { class: 'axis', 'aria-hidden': 'true' }, ...this.#axis, make('span', {}, 'now')),
    );
    this.title = title;
    this.plot.addEventListener('pointermove', (event) => this.#point(event));
    this.plot.addEventListener('pointerleave', () => this.#move(null));
    this.plot.addEventListener('blur', () => this.#move(null));
    this.plot.addEventListener('keydown', (event) => this.#step(event));
    new ResizeObserver(() => this.#plot()).observe(this.plot);
  }

  /** Shows points, each an object of values by name, a second apart, the last one being now. */
  show(points) {
    this.#points = points;
    this.#span = SPANS.find(([seconds]) => seconds >= points.length) ?? SPANS.at(-1);
    this.#axis.forEach((label, i) => say(label, this.#span[i + 1]));
    if (this.#at !== null && this.#at >= points.length) {
      this.#at = null;
    }
    this.#plot();
  }

  #x(index, width) {
    const behind = this.#points.length - 1 - index;
    return LEFT + (width - LEFT - RIGHT) * (1 - behind / (this.#span[0] - 1));
  }

  #y(value) {
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - Math.min(value, this.#top) / this.#top);
  }

  #plot() {
    const width = this.plot.clientWidth;
    if (width === 0) {
      return;
    }
    mark(this.#svg, 'width', width);
    mark(this.#svg, 'viewBox', `0 0 ${width} ${HEIGHT}`);
    const highest = Math.max(0, ...this.#lines.flatMap(({ name }) => this.#points.map((point) => point[name] ?? 0)));
    this.#top = this.#most ?? Math.max(nice(highest), this.#least);
    for (const [i, level] of [0.5, 1].entries()) {
      const y = this.#y(level * this.#top);
      for (const [name, value] of Object.entries({ x1: 0, x2: width, y1: y, y2: y })) {
        mark(this.#grid[i], name, value);
      }
      say(this.scale[i], this.#words(level * this.#top));
      this.scale[i].style.top = `${y}px`;
    }
    this.#lines.forEach(({ name }, i) => this.#line(i, name, width));
    this.#tell(width);
  }

  /** Draws one line, interrupted where nothing is known. */
  #line(i, name, width) {
    let path = '';
    let area = '';
    let begun = null;
    this.#points.forEach((point, index) => {
      const value = point[name];
      const end = index === this.#points.length - 1;
      if (value !== null && value !== undefined) {
        const at = `${this.#x(index, width).toFixed(1)},${this.#y(value).toFixed(1)}`;
        path += `${begun === null ? 'M' : 'L'}${at}`;
        if (begun === null) {
          begun = index;
          area += `M${this.#x(index, width).toFixed(1)},${HEIGHT - BOTTOM}`;
        }
        area += `L${at}`;
      }
      if (begun !== null && (end || value === null || value === undefined)) {
        const last = value === null || value === undefined ? index - 1 : index;
        area += `L${this.#x(last, width).toFixed(1)},${HEIGHT - BOTTOM}Z`;
        begun = null;
      }
    });
    mark(this.#paths[i], 'd', path);
    mark(this.#areas[i], 'd', area);
  }

  /** Says what the lines stand at: under the cursor, or now. */
  #tell(width) {
    const index = this.#at ?? this.#points.length - 1;
    const point = this.#points[index] ?? {};
    const said = this.#lines.map(({ name, label }, i) => {
      const words = this.#words(point[name]);
      say(this.#labels[i], words);
      return this.#lines.length > 1 ? `${label} ${words}` : words;
    });
    const behind = this.#points.length - 1 - index;
    say(this.#time, this.#at === null || behind === 0 ? '' : behind < 60 ? `${behind} s ago` : `${Math.floor(behind / 60)} min ${behind % 60} s ago`);
    mark(this.plot, 'aria-label', `${this.title}: ${said.join(', ')}${this.#time.textContent && `, ${this.#time.textContent}`}`);
    mark(this.#cursor, 'visibility', this.#at === null ? 'hidden' : 'visible');
    if (this.#at !== null) {
      mark(this.#cursor, 'x1', this.#x(index, width));
      mark(this.#cursor, 'x2', this.#x(index, width));
    }
  }

  #point(event) {
    const { left, width } = this.plot.getBoundingClientRect();
    const behind = Math.round((1 - (event.clientX - left - LEFT) / (width - LEFT - RIGHT)) * (this.#span[0] - 1));
    this.#move(this.#points.length - 1 - behind);
  }

  #step(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -30, PageDown: 30 }[event.key];
    if (by) {
      event.preventDefault();
      this.#move((this.#at ?? this.#points.length - 1) + by);
    } else if (event.key === 'Escape') {
      this.#move(null);
    }
  }

  #move(index) {
    this.#at = index === null || this.#points.length === 0 ? null : Math.min(Math.max(index, 0), this.#points.length - 1);
    this.#tell(this.plot.clientWidth);
  }
}
