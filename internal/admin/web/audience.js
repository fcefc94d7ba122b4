// Those who only receive, in a line for each stream: a webinar has hundreds of them.

import { byId, keyed, make } from './dom.js';
import { evictButton } from './person.js';
import { beginCells, headOf } from './reception.js';
import * as words from './words.js';

/** So few have a card each. */
const FEW = 3;

/** Whether they are many enough for a table. */
export const isAudience = (people) => people.filter(({ publishes }) => publishes.length === 0).length > FEW;

function beginListener({ user, subscription: of }, room, again) {
  const from = make('td', { 'data-label': 'From' }, of ? words.stream(of) : 'nobody');
  const cells = beginCells();
  const act = make('td', { class: 'end' }, evictButton(user, room, again));
  return {
    element: make('tr', { 'data-user': user }, make('th', { scope: 'row' }, user), from, ...cells.elements, act),
    show({ subscription }) {
      if (subscription) {
        cells.show(subscription);
      }
    },
  };
}

/** Shows the people who publish nothing, or nothing when there are none. */
export function showAudience(people, room, again) {
  const lines = people.flatMap(({ user, receives }) =>
    receives.length
      ? receives.map((subscription) => ({ user, subscription }))
      : [{ user }],
  );
  byId('audience').hidden = lines.length === 0;
  const table = byId('listeners');
  if (!table.tHead) {
    table.append(headOf(['Name', 'From'], ['']), make('tbody'));
  }
  keyed(table.tBodies[0], lines, ({ user, subscription: of }) => JSON.stringify([user, of?.publisher, of?.stream]), (line) => beginListener(line, room, again));
}
