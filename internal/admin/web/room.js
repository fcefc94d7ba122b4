// One room: who receives whom, and its people.

import { Problem, get, post } from './api.js';
import { isAudience, showAudience } from './audience.js';
import { confirm } from './confirm.js';
import { byId, keyed, say } from './dom.js';
import { showMatrix } from './matrix.js';
import { PAGE, Pages } from './pages.js';
import { beginPerson } from './person.js';
import * as words from './words.js';

export class Room {
  #name = null;
  #pages;
  #ask;
  #number = 0;

  constructor(ask) {
    this.#ask = ask;
    this.#pages = new Pages(byId('peoplePages'), ask);
    const again = () => {
      this.#pages.first();
      this.#ask();
    };
    byId('peopleSearch').addEventListener('submit', (event) => event.preventDefault());
    byId('personPart').addEventListener('input', again);
    byId('personSort').addEventListener('change', again);
    byId('close').addEventListener('click', () => this.#close());
  }

  /** Begins with another room: nothing of the one before stays. */
  enter(name) {
    if (name === this.#name) {
      return;
    }
    this.#name = name;
    this.#number++;
    this.#pages.first();
    byId('personPart').value = '';
    say(byId('roomTitle'), name ?? '');
    say(byId('roomNote'), '');
    byId('roomBody').hidden = true;
    byId('roomProblem').hidden = true;
    byId('close').hidden = true;
    keyed(byId('people'), [], String, undefined);
    showAudience([]);
  }

  async refresh() {
    const number = ++this.#number;
    const search = byId('personPart').value;
    const parameters = { room: this.#name, search, worst: byId('personSort').value === 'worst', offset: this.#pages.offset, limit: PAGE };
    try {
      const room = await get('room', parameters);
      if (number === this.#number) {
        this.#show(room, search);
      }
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 404) {
        throw error;
      }
      if (number === this.#number) {
        this.#gone();
      }
    }
  }

  #gone() {
    byId('roomBody').hidden = true;
    byId('close').hidden = true;
    byId('roomProblem').hidden = false;
    say(byId('roomNote'), '');
    say(byId('roomProblem'), 'There is no such room. It ends when the last one leaves, and begins again when somebody joins.');
  }

  #show(room, search) {
    byId('roomBody').hidden = false;
    byId('roomProblem').hidden = true;
    byId('close').hidden = false;
    const parts = [
      words.plural(room.participants, 'person', 'people'),
      `${words.plural(room.publications, 'stream')} published`,
      `${words.count(room.subscriptions)} received`,
      `for ${words.age(room.since, room.at)}`,
    ];
    say(byId('roomNote'), parts.join(' · '));
    say(byId('peopleNote'), search ? `${words.count(room.matching)} of ${words.count(room.participants)}` : '');
    const many = isAudience(room.people);
    showAudience(many ? room.people.filter(({ publishes }) => publishes.length === 0) : [], room.room, this.#ask);
    const cards = many ? room.people.filter(({ publishes }) => publishes.length > 0) : room.people;
    keyed(
      byId('people'),
      cards.map((person) => ({ person, now: room.at })),
      ({ person }) => person.user,
      ({ person }) => beginPerson(person, room.room, this.#ask),
    );
    byId('nobody').hidden = room.people.length > 0;
    say(byId('nobody'), room.participants === 0 ? 'Nobody is in this room yet.' : `Nobody here has “${search}” in the name.`);
    this.#pages.show(room.matching);
    showMatrix(room.matching === room.participants ? [...room.people].sort((a, b) => Date.parse(a.since) - Date.parse(b.since)) : []);
  }

  #close() {
    const name = this.#name;
    confirm({
      title: `Close the room ${name}?`,
      text: 'Everybody in it is sent away and told that the room was closed. Nothing keeps them from opening it again.',
      yes: 'Close the room',
      act: async () => {
        await post('close', { room: name });
        this.#ask();
      },
      done: `The room ${name} is closed.`,
    });
  }
}
