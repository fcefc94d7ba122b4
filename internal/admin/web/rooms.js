// The rooms in a line each, and who suffers most in all of them.

import { get } from './api.js';
import { byId, keyed, make, mark, say } from './dom.js';
import { PAGE, Pages } from './pages.js';
import * as words from './words.js';

const MOST_COMPLAINTS = 5;

export const linkTo = (room) => `#room=${encodeURIComponent(room)}`;

const sum = (numbers) => Object.values(numbers ?? {}).reduce((total, n) => total + n, 0);

/** A score with a colour, and its number for those who see none. */
export function beginScore() {
  const element = make('span', { class: 'score' });
  return {
    element,
    show(score) {
      mark(element, 'data-grade', words.grade(score) || undefined);
      say(element, words.score(score));
    },
  };
}

function beginRoom({ room }) {
  const link = make('a', { href: linkTo(room) }, room);
  const [people, publish, streams, trouble, age] = ['People', 'Publish', 'Streams', 'Trouble', 'Age'].map((label) =>
    make('td', { 'data-label': label, class: label === 'Trouble' ? undefined : 'end' }),
  );
  const score = beginScore();
  const element = make(
    'tr',
    { 'data-room': room },
    make('th', { scope: 'row' }, link),
    people,
    publish,
    streams,
    make('td', { 'data-label': 'Worst' }, score.element),
    trouble,
    age,
  );
  return {
    element,
    show(one) {
      say(people, words.count(one.participants));
      say(publish, words.count(one.publications));
      say(streams, words.count(one.subscriptions));
      score.show(one.health.worst);
      const troubled = sum(one.health.troubled);
      const main = Object.entries(one.health.troubled).sort(([, a], [, b]) => b - a)[0];
      say(trouble, troubled ? `${words.plural(troubled, 'stream')}, mostly by ${words.cause(main[0])}` : 'none');
      mark(trouble, 'data-quiet', troubled ? undefined : '');
      say(age, words.age(one.since, one.now));
    },
  };
}

function beginComplaint() {
  const score = beginScore();
  const who = make('span', { class: 'who' });
  const why = make('span', { class: 'note' });
  const link = make('a', {});
  const element = make('li', {}, score.element, make('span', { class: 'what' }, who, why), link);
  return {
    element,
    show(one) {
      score.show(one.score);
      say(who, `${one.user} receives the ${one.kind === 'audio' ? 'sound' : 'picture'} of ${words.stream(one)}`);
      say(why, `${one.paused ? 'Paused, by' : 'Held down by'} ${words.cause(one.cause)}`);
      say(link, one.room);
      mark(link, 'href', linkTo(one.room));
    },
  };
}

export class Rooms {
  #pages;
  #ask;
  #number = 0; // of the request: an answer to an older one is not shown

  constructor(ask) {
    this.#ask = ask;
    this.#pages = new Pages(byId('roomPages'), ask);
    const again = () => {
      this.#pages.first();
      this.#ask();
    };
    byId('roomSearch').addEventListener('submit', (event) => event.preventDefault());
    byId('roomPart').addEventListener('input', again);
    byId('roomSort').addEventListener('change', again);
  }

  hide() {
    byId('roomList').hidden = true;
    byId('suffering').hidden = true;
  }

  async refresh() {
    const number = ++this.#number;
    const [sort, descending] = byId('roomSort').value.split(',');
    const search = byId('roomPart').value;
    const parameters = { search, sort, descending: Boolean(descending), offset: this.#pages.offset, limit: PAGE };
    const list = await get('rooms', parameters);
    if (number === this.#number) {
      this.#show(list, search);
    }
  }

  #show({ rooms, matching, total, complaints, at }, search) {
    byId('roomList').hidden = false;
    say(byId('roomsNote'), search ? `${words.count(matching)} of ${words.plural(total, 'room')}` : words.plural(total, 'room'));
    const now = new Date(at).toISOString();
    keyed(byId('rooms').tBodies[0], rooms.map((one) => ({ ...one, now })), ({ room }) => room, beginRoom);
    byId('rooms').hidden = rooms.length === 0;
    byId('noRooms').hidden = rooms.length !== 0;
    say(byId('noRooms'), total === 0 ? 'There is no room at present. One appears here when somebody joins.' : `No room has “${search}” in its name.`);
    this.#pages.show(matching);

    byId('suffering').hidden = complaints.length === 0;
    const shown = complaints.slice(0, MOST_COMPLAINTS);
    say(byId('sufferingNote'), complaints.length > shown.length ? `the worst ${shown.length} of at least ${complaints.length} streams` : '');
    const key = ({ room, user, publisher, stream, kind }) => JSON.stringify([room, user, publisher, stream, kind]);
    keyed(byId('complaints'), shown, key, beginComplaint);
  }
}
