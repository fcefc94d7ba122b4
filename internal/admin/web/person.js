// One person: what they publish, in which encodings, and what they receive, how well and why.

import { post } from './api.js';
import { confirm } from './confirm.js';
import { keyed, make, mark, say } from './dom.js';
import { beginScore } from './rooms.js';
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

/** What is shown of a video beside what would be best: 320×180 of 1280×720. */
function picture(track) {
  if (track.paused) {
    return words.pause(track.paused);
  }
  if (!track.layer) {
    return 'none yet';
  }
  const shown = words.size(track.layer);
  const better = track.wanted && (track.wanted.spatial > track.layer.spatial || track.wanted.temporal > track.layer.temporal);
  if (!better) {
    return shown;
  }
  return track.wanted.spatial > track.layer.spatial ? `${shown} of ${words.size(track.wanted)}` : `${shown}, fewer frames`;
}

const COLUMNS = ['From', 'Sound', 'Picture', 'Shown', 'Rate', 'Loss', 'Round trip', 'Frozen', 'Held down by'];
const NUMBERS = new Set(['Rate', 'Loss', 'Round trip', 'Frozen']);

function beginReception({ publisher }) {
  const cells = Object.fromEntries(
    COLUMNS.slice(1).map((label) => [label, make('td', { 'data-label': label, class: NUMBERS.has(label) ? 'end' : undefined })]),
  );
  const [sound, image] = [beginScore(), beginScore()];
  cells.Sound.append(sound.element);
  cells.Picture.append(image.element);
  const element = make('tr', { 'data-publisher': publisher }, make('th', { scope: 'row' }, publisher), ...Object.values(cells));
  return {
    element,
    show({ tracks, transport }) {
      const audio = tracks.find(({ kind }) => kind === 'audio');
      const video = tracks.find(({ kind }) => kind === 'video');
      sound.show(audio?.paused ? 0 : audio?.score);
      image.show(video?.score);
      say(cells.Shown, !transport.connected ? 'connecting' : video ? picture(video) : words.UNKNOWN);
      say(cells.Rate, words.bits(tracks.reduce((sum, track) => sum + track.bitsPerSecond, 0)));
      say(cells.Loss, words.percent(Math.max(0, ...tracks.map(({ loss }) => loss))));
      say(cells['Round trip'], words.milliseconds(Math.max(0, ...tracks.map((track) => track.roundTripSeconds))));
      say(cells.Frozen, video?.freezes ? `${video.freezes}×, ${video.frozenSeconds.toFixed(1)} s` : 'never');
      const causes = [...new Set(tracks.map((track) => track.cause).filter(Boolean))].map(words.cause);
      if (audio?.paused === 'muted' && video?.paused !== 'muted') {
        causes.push('sound muted');
      }
      const score = Math.min(...tracks.filter((track) => track.score > 0).map((track) => track.score));
      say(cells['Held down by'], causes.join('; ') || (score < 3 ? 'not clear yet' : 'nothing'));
      mark(cells['Held down by'], 'data-quiet', causes.length ? undefined : '');
    },
  };
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

/** Begins a card for a person of a room; `again` asks the server at once, after an action. */
export function beginPerson({ user }, room, again) {
  const name = make('h4', {}, user);
  const speaking = make('span', { class: 'badge' }, 'speaks');
  const note = make('p', { class: 'note' });
  const link = make('p', { class: 'note' });
  const tracks = make('div', { class: 'tracks' });
  const body = make('tbody');
  const head = make('tr', {}, ...COLUMNS.map((label) => make('th', { scope: 'col', class: NUMBERS.has(label) ? 'end' : undefined }, label)));
  const table = make('table', { class: 'table', 'aria-label': `What ${user} receives` }, make('thead', {}, head), body);
  const nothing = make('p', { class: 'note' }, 'Receives nothing.');
  let muted = new Set();

  const act = (path, order) => async () => {
    await post(path, { room, user, ...order });
    again();
  };
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
      act: act('mute', { audio: wanted.has('audio'), video: wanted.has('video') }),
      done: silent ? `The ${what} of ${user} is muted.` : `The ${what} of ${user} is received again.`,
    });
  };
  const muteSound = make('button', { type: 'button', class: 'button', 'data-act': 'mute-audio', onclick: () => toggle('audio', 'sound') }, 'Mute sound');
  const mutePicture = make('button', { type: 'button', class: 'button', 'data-act': 'mute-video', onclick: () => toggle('video', 'picture') }, 'Mute picture');
  const evict = make('button', {
    type: 'button',
    class: 'button danger',
    'data-act': 'evict',
    onclick: () =>
      confirm({
        title: `Evict ${user}?`,
        text: `${user} leaves this room at once and is told. Nothing keeps ${user} from joining again.`,
        yes: 'Evict',
        act: act('evict'),
        done: `${user} has been evicted.`,
      }),
  }, 'Evict…');
  const buttons = make('div', { class: 'actions' }, muteSound, mutePicture, evict);
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
