// The call that this tab is in, so that reloading it leads straight back, under the same name.

import { Store } from './store.ts';

/** A stay in a room. */
export interface Visit {
  room: string;
  user: string;
}

const kept = new Store<Visit>('visit', () => sessionStorage);

/** Remembers where one is, until {@link endVisit}. */
export const keepVisit = (visit: Visit): void => kept.write(visit);

/** One has left, or was sent out: a reload shows the lobby. */
export const endVisit = (): void => kept.clear();

/**
 * The call to go back to: only for a page that was reloaded, because a tab that is duplicated or restored brings its
 * storage along, and only when the address does not lead elsewhere.
 */
export function visitToResume(navigation: string | undefined, room: string): Visit | undefined {
  const visit = kept.read();
  return navigation === 'reload' && visit !== undefined && (room === '' || room === visit.room) ? visit : undefined;
}

/** How this page was reached: `navigate`, `reload`, `back_forward`. */
export function navigationType(): string | undefined {
  const [entry] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  return entry?.type;
}
