// One stream received, in a line: scores, what is shown, and what holds it down.

import { make, mark, say } from './dom.js';
import { beginScore } from './rooms.js';
import * as words from './words.js';

/** What a line says, beside from whom. */
const COLUMNS = ['Sound', 'Picture', 'Shown', 'Rate', 'Loss', 'Round trip', 'Frozen', 'Held down by'];
const NUMBERS = new Set(['Rate', 'Loss', 'Round trip', 'Frozen']);

/** The head of a table of them; `before` and `after` are columns of its own. */
export function headOf(before, after = []) {
  const titles = [...before, ...COLUMNS, ...after];
  return make('thead', {}, make('tr', {}, ...titles.map((title) => make('th', { scope: 'col', class: NUMBERS.has(title) ? 'end' : undefined }, title))));
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
  if (!track.wanted || track.wanted.spatial <= track.layer.spatial) {
    return track.wanted && track.wanted.temporal > track.layer.temporal ? `${shown}, fewer frames` : shown;
  }
  return `${shown} of ${words.size(track.wanted)}`;
}

/** Why it is not better; empty when there is nothing to say. */
function trouble(audio, video, tracks) {
  const causes = [...new Set(tracks.map(({ cause }) => cause).filter(Boolean))].map(words.cause);
  if (audio?.paused === 'muted' && video?.paused !== 'muted') {
    causes.push('sound muted');
  }
  if (causes.length > 0) {
    return causes.join('; ');
  }
  const score = Math.min(...tracks.map((track) => track.score).filter((known) => known > 0));
  if (video?.freezes && video.score > 0 && video.score < 4) {
    return 'it froze a moment ago';
  }
  return score < 3 ? 'not clear yet' : '';
}

/** Begins the cells of a line. */
export function beginCells() {
  const cells = Object.fromEntries(
    COLUMNS.map((label) => [label, make('td', { 'data-label': label, class: NUMBERS.has(label) ? 'end' : undefined })]),
  );
  const [sound, image] = [beginScore(), beginScore()];
  cells.Sound.append(sound.element);
  cells.Picture.append(image.element);
  return {
    elements: Object.values(cells),
    show({ tracks, transport }) {
      const audio = tracks.find(({ kind }) => kind === 'audio');
      const video = tracks.find(({ kind }) => kind === 'video');
      const most = (of) => Math.max(0, ...tracks.map(of));
      sound.show(audio?.paused ? 0 : audio?.score);
      image.show(video?.score);
      say(cells.Shown, !transport.connected ? 'connecting' : video ? picture(video) : words.UNKNOWN);
      say(cells.Rate, words.bits(tracks.reduce((sum, track) => sum + track.bitsPerSecond, 0)));
      say(cells.Loss, words.percent(most(({ loss }) => loss)));
      say(cells['Round trip'], words.milliseconds(most((track) => track.roundTripSeconds)));
      say(cells.Frozen, video?.freezes ? `${video.freezes}×, ${video.frozenSeconds.toFixed(1)} s` : 'never');
      const why = trouble(audio, video, tracks);
      say(cells['Held down by'], why || 'nothing');
      mark(cells['Held down by'], 'data-quiet', why ? undefined : '');
    },
  };
}
