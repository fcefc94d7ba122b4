// The server at a glance: tiles, and graphs of the last ten minutes.

import { Chart } from './chart.js';
import { byId, keyed, make, mark, say } from './dom.js';
import * as words from './words.js';

const CHARTS = [
  { title: 'People', words: words.count, least: 4, lines: [{ name: 'participants', label: 'people', colour: 'teal' }] },
  {
    title: 'Traffic',
    words: words.bits,
    least: 1_000,
    lines: [
      { name: 'bitsOut', label: 'out', colour: 'teal' },
      { name: 'bitsIn', label: 'in', colour: 'blue' },
    ],
  },
  {
    title: 'Packets',
    words: words.packets,
    least: 10,
    lines: [
      { name: 'packetsOut', label: 'out', colour: 'teal' },
      { name: 'packetsIn', label: 'in', colour: 'blue' },
    ],
  },
  { title: 'Processors', words: words.percent, most: 1, lines: [{ name: 'cpu', label: 'used', colour: 'teal' }] },
  {
    title: 'Streams in trouble',
    words: words.count,
    least: 4,
    lines: [
      { name: 'downlink', label: "receiver's link", colour: 'amber' },
      { name: 'uplink', label: "publisher's link", colour: 'blue' },
      { name: 'publisher', label: 'publisher', colour: 'violet' },
      { name: 'overload', label: 'overload', colour: 'red' },
    ],
  },
  {
    title: 'Loss',
    words: words.percent,
    least: 0.05,
    lines: [
      { name: 'lossDown', label: 'to receivers', colour: 'amber' },
      { name: 'lossUp', label: 'from publishers', colour: 'blue' },
    ],
  },
  {
    title: 'Forwarding time, 99th percentile',
    words: words.milliseconds,
    least: 0.005,
    lines: [{ name: 'latency', label: 'latency', colour: 'teal' }],
  },
  {
    title: 'Pictures that stand',
    words: (value) => (value === null || value === undefined ? words.UNKNOWN : Number(value.toFixed(1)).toLocaleString('en')),
    least: 4,
    lines: [
      { name: 'freezes', label: 'freezes a second', colour: 'red' },
      { name: 'paused', label: 'paused', colour: 'amber' },
    ],
  },
];

const CAUSES = ['downlink', 'uplink', 'publisher', 'overload'];

/** How the server is, in a word, and how bad that is. */
function health(state, now) {
  const troubled = CAUSES.reduce((sum, name) => sum + (now[name] ?? 0), 0);
  if (state.draining) {
    return ['Draining', 'fair', 'no newcomers'];
  }
  if (now.overload > 0) {
    return ['Overloaded', 'bad', 'packets come late'];
  }
  if (state.capacityUsed >= 1) {
    return ['Full', 'bad', 'nothing is left for more'];
  }
  if (state.capacityUsed >= 0.85) {
    return ['Nearly full', 'poor', 'little is left for more'];
  }
  if (troubled > 0) {
    return ['Some suffer', 'fair', `${words.plural(troubled, 'stream')} in trouble`];
  }
  return ['Good', 'good', state.participants ? 'nobody suffers' : 'nobody is here'];
}

/** How many more would fit, where that can be said. */
function forecast({ headroom }, now) {
  if (now.overload > 0) {
    return 'but packets come late';
  }
  return headroom === null ? 'too few for a forecast' : `about ${words.count(headroom)} more fit`;
}

function tiles(state, now) {
  const [condition, grade, why] = health(state, now);
  const troubled = CAUSES.reduce((sum, name) => sum + (now[name] ?? 0), 0);
  const worst = CAUSES.reduce((most, name) => ((now[name] ?? 0) > (now[most] ?? 0) ? name : most), CAUSES[0]);
  const names = { downlink: "mostly receivers' links", uplink: "mostly publishers' links", publisher: 'mostly publishers', overload: 'mostly overload' };
  const fullness = (used) => (used >= 1 ? 'bad' : used >= 0.85 ? 'poor' : 'good');
  return [
    { name: 'health', label: 'Condition', value: condition, note: why, grade },
    { name: 'people', label: 'People', value: words.count(state.participants), note: `${words.plural(state.publications, 'stream')} published, ${words.count(state.subscriptions)} received` },
    { name: 'rooms', label: 'Rooms', value: words.count(state.rooms), note: state.maxRooms ? `of at most ${words.count(state.maxRooms)}` : words.plural(state.sockets, 'open websocket') },
    { name: 'cpu', label: 'Processors', value: words.percent(state.cpu), note: `of ${words.plural(state.processors, 'processor')}, 10 s`, bar: state.cpu, grade: fullness(state.cpu / 0.85) },
    { name: 'capacity', label: 'Full', value: words.percent(state.capacityUsed), note: forecast(state, now), bar: state.capacityUsed, grade: fullness(state.capacityUsed) },
    { name: 'trouble', label: 'In trouble', value: words.count(troubled), note: troubled ? names[worst] : 'all streams are received well', grade: troubled ? 'fair' : 'good' },
  ];
}

function beginTile({ label }) {
  const value = make('strong');
  const note = make('span', { class: 'note' });
  const bar = make('span', { class: 'meter', 'aria-hidden': 'true' }, make('span'));
  const element = make('li', { class: 'card tile' }, make('span', { class: 'label' }, label), value, bar, note);
  return {
    element,
    show(tile) {
      mark(element, 'data-tile', tile.name);
      mark(element, 'data-grade', tile.grade);
      say(value, tile.value);
      say(note, tile.note);
      bar.hidden = tile.bar === undefined;
      bar.firstChild.style.width = `${Math.min(tile.bar ?? 0, 1) * 100}%`;
    },
  };
}

export class Overview {
  #charts = CHARTS.map((chart) => new Chart(chart));

  constructor() {
    byId('graphs').append(...this.#charts.map(({ element }) => element));
  }

  show(state, points) {
    keyed(byId('tiles'), tiles(state, points.at(-1) ?? {}), ({ name }) => name, beginTile);
    for (const chart of this.#charts) {
      chart.show(points);
    }
  }
}
