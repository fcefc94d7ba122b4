// The page: asks the server once a second and shows what it says. A #room=name after the address shows one room.

import { Lost, Problem, get, post, token } from './api.js';
import { confirm } from './confirm.js';
import { byId, mark, say, toast } from './dom.js';
import { Overview } from './overview.js';
import { Room } from './room.js';
import { Rooms } from './rooms.js';
import * as words from './words.js';

const PACE = 1_000; // ms
const HIDDEN_PACE = 15_000; // while nobody looks
const KEPT = 600; // points

class Page {
  #state = null;
  #points = [];
  #next = 0;
  #timer = null;
  #round = 0;
  #lostAt = null;
  #overview = new Overview();
  #rooms = new Rooms(() => this.ask());
  #room = new Room(() => this.ask());

  constructor() {
    addEventListener('hashchange', () => this.#navigate(true));
    document.addEventListener('visibilitychange', () => document.hidden || this.ask());
    byId('drain').addEventListener('click', () => this.#drain());
    byId('unlock').addEventListener('submit', (event) => {
      event.preventDefault();
      token.set(byId('token').value.trim());
      byId('token').value = '';
      this.ask();
    });
    this.#navigate(false);
  }

  /** Asks now, and then each second. What an older round answers is not shown any more. */
  async ask() {
    clearTimeout(this.#timer);
    const round = ++this.#round;
    try {
      const state = await get('state', { since: this.#next });
      if (round !== this.#round) {
        return;
      }
      this.#take(state);
      await this.#askNames();
      if (round === this.#round) {
        this.#found();
      }
    } catch (error) {
      if (round === this.#round) {
        this.#lose(error);
      }
    }
    if (round === this.#round) {
      this.#timer = setTimeout(() => this.ask(), document.hidden ? HIDDEN_PACE : PACE);
    }
  }

  /** Asks for what names people, if that is allowed. */
  async #askNames() {
    const granted = this.#state.access === 'granted';
    this.#showLock(granted);
    if (!granted) {
      this.#rooms.hide();
    } else if (this.#roomInAddress() === null) {
      await this.#rooms.refresh();
    } else {
      await this.#room.refresh();
    }
  }

  #take(state) {
    const { history } = state;
    if (this.#state?.started !== state.started || history.from !== this.#next) {
      this.#points = []; // another life of the server, or too long ago
    }
    for (const row of history.points) {
      this.#points.push(Object.fromEntries(history.names.map((name, i) => [name, row[i]])));
    }
    this.#points = this.#points.slice(-KEPT);
    this.#next = history.next;
    this.#state = state;
    this.#showBar();
    this.#overview.show(state, this.#points);
  }

  #showBar() {
    const { draining, version, started, now } = this.#state;
    mark(byId('status'), 'data-state', draining ? 'draining' : 'ready');
    say(byId('status'), draining ? 'Draining' : 'Ready');
    say(byId('about'), `${version}, up for ${words.age(started, now)}`);
    byId('draining').hidden = !draining;
    byId('waiting').hidden = true;
    this.#navigate(false);
    const button = byId('drain');
    button.hidden = this.#state.access !== 'granted';
    mark(button, 'aria-pressed', draining);
    say(button, draining ? 'Take newcomers again…' : 'Drain…');
  }

  #showLock(granted) {
    byId('locked').hidden = granted || this.#roomInAddress() !== null;
    if (granted) {
      say(byId('lockedProblem'), '');
      byId('lockedProblem').hidden = true;
      return;
    }
    const wrong = this.#state.access === 'token' && token.get() !== '';
    if (wrong) {
      token.forget();
      say(byId('lockedProblem'), 'That is not the token.');
      byId('lockedProblem').hidden = false;
    }
    byId('unlock').hidden = this.#state.access !== 'token';
    say(
      byId('lockedText'),
      this.#state.access === 'token'
        ? 'Names of rooms and people, and everything that acts, are for administrators. The token stays in this tab.'
        : 'Names of rooms and people, and everything that acts, are for this page on the server itself (localhost, or a tunnel to it), unless an admin.token is configured.',
    );
    if (this.#roomInAddress() !== null) {
      location.hash = '';
    }
  }

  #roomInAddress() {
    const found = /^#room=(.+)$/.exec(location.hash);
    try {
      return found && decodeURIComponent(found[1]);
    } catch {
      return null; // no name is written like that
    }
  }

  #navigate(byPerson) {
    const name = this.#roomInAddress();
    if (this.#state) {
      byId('overview').hidden = name !== null;
      byId('room').hidden = name === null;
    }
    this.#room.enter(name);
    document.title = name === null ? 'Atrium' : `${name} – Atrium`;
    if (byPerson) {
      scrollTo(0, 0);
      (name === null ? byId('main') : byId('roomTitle')).focus({ preventScroll: true });
      this.ask();
    }
  }

  #found() {
    if (this.#lostAt !== null) {
      toast('The server answers again.');
    }
    this.#lostAt = null;
    byId('lost').hidden = true;
    document.body.classList.remove('stale');
  }

  #lose(error) {
    const lost = error instanceof Lost;
    this.#lostAt ??= new Date();
    byId('lost').hidden = false;
    const since = this.#lostAt.toLocaleTimeString();
    say(
      byId('lost'),
      lost
        ? `The server has not answered since ${since}. What you see is from then; asking again each second.`
        : `Something is not as it should be: ${error.message}`,
    );
    if (!lost && !(error instanceof Problem)) {
      console.error(error);
    }
    if (lost) {
      mark(byId('status'), 'data-state', 'lost');
      say(byId('status'), 'No connection');
      document.body.classList.add('stale');
    }
  }

  #drain() {
    const on = !this.#state.draining;
    confirm({
      title: on ? 'Drain this server?' : 'Take newcomers again?',
      text: on
        ? 'It takes no new connections and no new joins, and tells load balancers that it is not ready. Calls that run go on, and nobody is sent away. You can take this back.'
        : 'It takes new connections and joins again, and tells load balancers that it is ready.',
      yes: on ? 'Drain' : 'Take newcomers',
      danger: on,
      act: async () => {
        await post('drain', { on });
        this.ask();
      },
      done: on ? 'Draining: no newcomers.' : 'Newcomers may come again.',
    });
  }
}

new Page().ask();
