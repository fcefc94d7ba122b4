// Those who only receive, in a line for each stream: a webinar has hundreds of them.

import { byId, keyed, make } from './dom.js';
import { evictButton } from './person.js';
import { beginCells, headOf } from './reception.js';

/** So few have a card each. */
const FEW = 3;

/** Whether they are many enough for a table. */
export const isAudience = (people) => people.filter(({ publication }) => !publication).length > FEW;

function beginListener({ user, publisher }, room, again) {
  const from = make('td', { 'data-label': 'From' }, publisher ?? 'nobody');
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
      ? receives.map((subscription) => ({ user, publisher: subscription.publisher, subscription }))
      : [{ user }],
  );
  byId('audience').hidden = lines.length === 0;
  const table = byId('listeners');
  if (!table.tHead) {
    table.append(headOf(['Name', 'From'], ['']), make('tbody'));
  }
  keyed(table.tBodies[0], lines, ({ user, publisher }) => JSON.stringify([user, publisher]), (line) => beginListener(line, room, again));
}
