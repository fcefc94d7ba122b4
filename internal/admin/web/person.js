// One person: what they publish, in which encodings, and what they receive, how well and why.

import { post } from './api.js';
import { confirm } from './confirm.js';
import { keyed, make, mark, say } from './dom.js';
import { beginCells, headOf } from './reception.js';
import * as words from './words.js';

const KINDS = { audio: 'Sound', video: 'Picture' };

/** How an encoding is at present, in a word and in a sentence. */
function condition(encoding) {
  if (!encoding.alive) {
    return encoding.packets === 0 ? ['off', 'never came'] : ['off', 'not sent'];
  }
  return encoding.used ? ['on', 'received'] : ['spare', 'received by nobody'];
}

function beginEncoding() {
  const name = make('b');
  const rate = make('span');
  const how = make('span', { class: 'note' });
  const element = make('li', { class: 'encoding' }, make('i', { class: 'lamp', 'aria-hidden': 'true' }), name, rate, how);
  return {
    element,
    show({ track, encoding }) {
      const [state, sentence] = condition(encoding);
      mark(element, 'data-state', state);
      mark(element, 'data-rid', encoding.rid);
      const layers = encoding.spatialLayers?.map(words.size).join(' / ');
      say(name, track.kind === 'audio' ? track.codec : `${encoding.rid ? `${encoding.rid} ` : `${track.codec} `}${layers ?? words.size(encoding)}`);
      say(rate, encoding.alive ? words.bits(encoding.bitsPerSecond) : '');
      const sent = encoding.packets + encoding.unrepaired;
      const lost = sent && encoding.lost ? `, ${words.percent(encoding.lost / sent)} lost at first` : '';
      say(how, `${sentence}${lost}${encoding.unrepaired ? `, ${words.plural(encoding.unrepaired, 'packet')} never came` : ''}`);
    },
  };
}

function beginTrack({ track }) {
  const title = make('span', { class: 'label' });
  const list = make('ul', { class: 'encodings' });
  return {
    element: make('div', { class: 'track' }, title, list),
    show({ track: now, muted }) {
      const codec = now.kind === 'video' && now.encodings.length > 1 ? `, ${now.codec}` : '';
      say(title, `${KINDS[track.kind]}${codec}${muted ? ' (muted for all)' : ''}`);
      keyed(list, now.encodings.map((encoding, i) => ({ track: now, encoding, i })), ({ i }) => i, beginEncoding);
    },
  };
}

function beginReception({ publisher }) {
  const { elements, show } = beginCells();
  return { element: make('tr', { 'data-publisher': publisher }, make('th', { scope: 'row' }, publisher), ...elements), show };
}

/** The link to a person: all of their connections share it, so the one that knows most speaks for all. */
function downlink(receives) {
  const best = receives.map((subscription) => subscription.downlink).sort((a, b) => b.estimate - a.estimate)[0];
  if (!best?.estimate) {
    return '';
  }
  const short = best.demand > best.estimate;
  return `Link carries ${words.bits(best.estimate)}, wanted ${words.bits(best.demand)}${short ? ': too narrow' : ''}`;
}

function facts(person, now) {
  const { publication, receives } = person;
  const list = [`here for ${words.age(person.since, now)}`];
  const session = { connected: 'connected', waiting: 'lost, may come back' }[person.session];
  if (session) {
    list.push(session);
  }
  const transport = publication?.transport ?? receives[0]?.transport;
  if (transport) {
    list.push(words.path(transport));
  }
  if (publication?.roundTripSeconds) {
    list.push(`${words.milliseconds(publication.roundTripSeconds)} round trip`);
  }
  list.push(publication ? `published to ${words.count(publication.receivers)}` : 'publishes nothing');
  return list.join(' · ');
}

/** A button that makes `user` leave, when it is confirmed. */
export function evictButton(user, room, again) {
  const evict = () =>
    confirm({
      title: `Evict ${user}?`,
      text: `${user} leaves this room at once and is told. Nothing keeps ${user} from joining again.`,
      yes: 'Evict',
      act: async () => {
        await post('evict', { room, user });
        again();
      },
      done: `${user} has been evicted.`,
    });
  return make('button', { type: 'button', class: 'button danger', 'data-act': 'evict', onclick: evict }, 'Evict…');
}

/** Begins a card for a person of a room; `again` asks the server at once, after an action. */
export function beginPerson({ user }, room, again) {
  const name = make('h4', {}, user);
  const speaking = make('span', { class: 'badge' }, 'speaks');
  const note = make('p', { class: 'note' });
  const link = make('p', { class: 'note' });
  const tracks = make('div', { class: 'tracks' });
  const body = make('tbody');
  const table = make('table', { class: 'table', 'aria-label': `What ${user} receives` }, headOf(['From']), body);
  const nothing = make('p', { class: 'note' }, 'Receives nothing.');
  let muted = new Set();

  const toggle = (kind, what) => {
    const wanted = new Set(muted);
    const silent = !wanted.delete(kind);
    if (silent) {
      wanted.add(kind);
    }
    confirm({
      title: silent ? `Mute the ${what} of ${user}?` : `Let the ${what} of ${user} be received again?`,
      text: silent
        ? `Nobody in this room receives the ${what} of ${user} until you take this back or ${user} publishes anew. ${user} is not told.`
        : `Everybody in this room receives the ${what} of ${user} again.`,
      yes: silent ? `Mute the ${what}` : `Unmute the ${what}`,
      danger: silent,
      act: async () => {
        await post('mute', { room, user, audio: wanted.has('audio'), video: wanted.has('video') });
        again();
      },
      done: silent ? `The ${what} of ${user} is muted.` : `The ${what} of ${user} is received again.`,
    });
  };
  const muteSound = make('button', { type: 'button', class: 'button', 'data-act': 'mute-audio', onclick: () => toggle('audio', 'sound') }, 'Mute sound');
  const mutePicture = make('button', { type: 'button', class: 'button', 'data-act': 'mute-video', onclick: () => toggle('video', 'picture') }, 'Mute picture');
  const buttons = make('div', { class: 'actions' }, muteSound, mutePicture, evictButton(user, room, again));
  const element = make(
    'article',
    { class: 'card person', 'data-user': user },
    make('header', {}, make('div', {}, make('div', { class: 'name' }, name, speaking), note, link), buttons),
    tracks,
    table,
    nothing,
  );
  return {
    element,
    show({ person, now }) {
      const { publication, receives } = person;
      speaking.hidden = !person.speaking;
      say(note, facts(person, now));
      say(link, downlink(receives));
      link.hidden = link.textContent === '';
      muted = new Set(publication?.muted ?? []);
      keyed(tracks, (publication?.tracks ?? []).map((track) => ({ track, muted: muted.has(track.kind) })), ({ track }) => track.kind, beginTrack);
      for (const [button, kind, what] of [[muteSound, 'audio', 'sound'], [mutePicture, 'video', 'picture']]) {
        button.hidden = !publication?.tracks.some((track) => track.kind === kind);
        mark(button, 'aria-pressed', muted.has(kind));
        say(button, muted.has(kind) ? `Unmute ${what}…` : `Mute ${what}…`);
      }
      keyed(body, receives, ({ publisher }) => publisher, beginReception);
      table.hidden = receives.length === 0;
      nothing.hidden = receives.length > 0;
    },
  };
}
