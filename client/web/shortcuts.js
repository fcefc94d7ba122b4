// The keys of a call: each clicks a button, which also names it (aria-keyshortcuts).

import { byId } from './dom.js';

const BUTTONS = { m: 'microphone', v: 'camera', s: 'screen', h: 'hand', c: 'showChat', p: 'showPeople' };

/** `active()` tells whether there is a call, `escape()` runs for that key. */
export function bindKeys({ active, escape }) {
  document.addEventListener('keydown', (event) => {
    if (!active() || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const button = BUTTONS[event.key];
    if (event.key === 'Escape') {
      escape();
    } else if (button && !(event.target instanceof HTMLInputElement) && !byId(button).hidden) {
      event.preventDefault();
      byId(button).click();
    }
  });
}
