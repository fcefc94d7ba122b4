// Who receives whom, and how well: a row for each receiver, a column for each stream.

import { byId, keyed, make, mark, say } from './dom.js';
import * as words from './words.js';

/** More people than that are read as a list. */
export const MOST = 16;

/** The lower of the scores of sound and picture; 0 when none is known. */
export function lowest(subscription) {
  const scores = subscription.tracks.map(({ score }) => score).filter((score) => score > 0);
  return scores.length ? Math.min(...scores) : 0;
}

function beginRow({ user }) {
  const element = make('tr', {}, make('th', { scope: 'row' }, user));
  return {
    element,
    show({ streams, receives }) {
      streams.forEach(({ publisher, key }, i) => {
        const cell = element.cells[i + 1] ?? element.insertCell();
        const subscription = receives.get(key);
        const score = subscription ? lowest(subscription) : undefined;
        say(cell, user === publisher || score === undefined ? '' : words.score(score));
        mark(cell, 'data-grade', score === undefined ? undefined : words.grade(score) || 'none');
        mark(cell, 'class', user === publisher ? 'self' : undefined);
      });
      while (element.cells.length > streams.length + 1) {
        element.deleteCell(-1);
      }
    },
  };
}

export function showMatrix(people) {
  const streams = people.flatMap(({ user, publishes }) =>
    publishes
      .map(({ stream }) => ({ publisher: user, stream }))
      .map((of) => ({ publisher: user, name: words.stream(of), key: words.streamKey(of) })),
  );
  const receivers = people.filter(({ receives }) => receives.length > 0);
  const worth = streams.length > 0 && receivers.length > 1 && people.length <= MOST;
  byId('matrixSection').hidden = !worth;
  if (!worth) {
    return;
  }
  const table = byId('matrix');
  const head = table.tHead ?? table.createTHead();
  const names = head.rows[0] ?? head.insertRow();
  const titles = ['', ...streams.map(({ name }) => name)];
  while (names.cells.length > titles.length) {
    names.deleteCell(-1);
  }
  titles.forEach((title, i) => {
    const cell = names.cells[i] ?? names.appendChild(make(i === 0 ? 'td' : 'th', { scope: i === 0 ? undefined : 'col' }, make('span')));
    say(cell.firstElementChild, title);
  });
  const body = table.tBodies[0] ?? table.createTBody();
  const rows = receivers.map(({ user, receives }) => ({
    user,
    streams,
    receives: new Map(receives.map((subscription) => [words.streamKey(subscription), subscription])),
  }));
  keyed(body, rows, ({ user }) => user, beginRow);
}
