// The keys of a call: each clicks a button, or does what no button does.

/** What a key does; `help` is its line on the help sheet. */
export interface Key {
  key: string;
  help: string;
  run: () => void;
}

/** Listens for keys, except while somebody types or a dialog is open. `active` tells whether there is a call. */
export function bindKeys(keys: readonly Key[], active: () => boolean): void {
  document.addEventListener('keydown', (event) => {
    if (!active() || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.repeat) {
      return;
    }
    const bound = keys.find(({ key }) => key === event.key);
    if (bound && (bound.key === 'Escape' || !types(event.target)) && !document.querySelector('dialog[open]')) {
      event.preventDefault();
      bound.run();
    }
  });
}

function types(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]');
}
