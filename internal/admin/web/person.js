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

function beginTrack({ stream, track }) {
  const title = make('span', { class: 'label' });
  const list = make('ul', { class: 'encodings' });
  return {
    element: make('div', { class: 'track', 'data-stream': stream }, title, list),
    show({ track: now, muted }) {
      const codec = now.kind === 'video' && now.encodings.length > 1 ? `, ${now.codec}` : '';
      const of = stream === words.WEBCAM ? '' : ` of ${stream}`;
      say(title, `${KINDS[track.kind]}${of}${codec}${muted.includes(track.kind) ? ' (muted for all)' : ''}`);
      keyed(list, now.encodings.map((encoding, i) => ({ track: now, encoding, i })), ({ i }) => i, beginEncoding);
    },
  };
}

function beginReception({ publisher, stream }) {
  const { elements, show } = beginCells();
  const from = make('th', { scope: 'row' }, words.stream({ publisher, stream }));
  return { element: make('tr', { 'data-publisher': publisher, 'data-stream': stream }, from, ...elements), show };
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
  const { publishes, receives } = person;
  const list = [`here for ${words.age(person.since, now)}`];
  const session = { connected: 'connected', waiting: 'lost, may come back' }[person.session];
  if (session) {
    list.push(session);
  }
  const { transport, roundTripSeconds } = publishes[0] ?? receives[0] ?? {};
  if (transport) {
    list.push(words.path(transport));
  }
  if (publishes.length > 0 && roundTripSeconds) {
    list.push(`${words.milliseconds(roundTripSeconds)} round trip`);
  }
  for (const { stream, receivers } of publishes) {
    list.push(`${stream === words.WEBCAM ? '' : `${stream} `}published to ${words.count(receivers)}`);
  }
  if (publishes.length === 0) {
    list.push('publishes nothing');
  }
  return list.join(' · ');
}

/** Begins a button that mutes a kind of one stream for everybody, or takes that back. */
function beginMute({ stream, track: { kind } }, user, room, again) {
  const what = `${KINDS[kind].toLowerCase()}${stream === words.WEBCAM ? '' : ` of ${stream}`}`;
  let muted = [];
  const toggle = () => {
    const silent = !muted.includes(kind);
    const wanted = silent ? [...muted, kind] : muted.filter((other) => other !== kind);
    confirm({
      title: silent ? `Mute the ${what} of ${user}?` : `Let the ${what} of ${user} be received again?`,
      text: silent
        ? `Nobody in this room receives the ${what} of ${user} until you take this back or ${user} publishes anew. ${user} is not told.`
        : `Everybody in this room receives the ${what} of ${user} again.`,
      yes: silent ? `Mute the ${what}` : `Unmute the ${what}`,
      danger: silent,
      act: async () => {
        await post('mute', { room, user, stream, audio: wanted.includes('audio'), video: wanted.includes('video') });
        again();
      },
      done: silent ? `The ${what} of ${user} is muted.` : `The ${what} of ${user} is received again.`,
    });
  };
  const element = make('button', { type: 'button', class: 'button', 'data-act': `mute-${kind}`, 'data-stream': stream, onclick: toggle });
  return {
    element,
    show({ muted: now }) {
      muted = now;
      mark(element, 'aria-pressed', muted.includes(kind));
      say(element, muted.includes(kind) ? `Unmute ${what}…` : `Mute ${what}…`);
    },
  };
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
  const buttons = make('div', { class: 'actions' });
  const element = make(
    'article',
    { class: 'card person', 'data-user': user },
    make(
      'header',
      {},
      make('div', {}, make('div', { class: 'name' }, name, speaking), note, link),
      make('div', { class: 'actions' }, buttons, evictButton(user, room, again)),
    ),
    tracks,
    table,
    nothing,
  );
  return {
    element,
    show({ person, now }) {
      const { publishes, receives } = person;
      speaking.hidden = !person.speaking;
      say(note, facts(person, now));
      say(link, downlink(receives));
      link.hidden = link.textContent === '';
      const list = publishes.flatMap(({ stream, muted, tracks: all }) =>
        all.map((track) => ({ stream, track, muted, key: `${stream} ${track.kind}` })),
      );
      keyed(tracks, list, ({ key }) => key, beginTrack);
      keyed(buttons, list, ({ key }) => key, (item) => beginMute(item, user, room, again));
      keyed(body, receives, words.streamKey, beginReception);
      table.hidden = receives.length === 0;
      nothing.hidden = receives.length > 0;
    },
  };
}
