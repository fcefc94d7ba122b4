// Remarks that go away by themselves; screen readers hear them.

import { h } from '../dom.ts';

const STAYS = 5_000; // ms
const AT_MOST = 2;

const region = h('div', { id: 'toast', class: 'notices', role: 'status', 'aria-live': 'polite' });

/** Where the remarks appear; belongs into the page before the first one. */
export const notices: HTMLElement = region;

/** Says something for some seconds. What is on screen already is not said twice. */
export function announce(text: string): void {
  if ([...region.children].some((notice) => notice.textContent === text)) {
    return;
  }
  const notice = h('p', { class: 'notice' }, text);
  region.append(notice);
  while (region.children.length > AT_MOST) {
    region.firstElementChild?.remove();
  }
  setTimeout(() => fade(notice), STAYS);
}

/** Says why something did not work. */
export function complain(error: unknown): void {
  announce(error instanceof Error ? error.message : String(error));
}

function fade(notice: HTMLElement): void {
  notice.classList.add('going');
  setTimeout(() => notice.remove(), 300);
}
