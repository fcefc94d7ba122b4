// The buttons for microphone and camera, in the lobby and in the call.

import { h, spoken } from '../dom.ts';
import { changeIcon, icon } from '../icons.ts';
import type { Own, OwnMedia } from '../own-media.ts';

const NAME = { microphone: 'Microphone', camera: 'Camera' };

/**
 * Makes a button that switches a device and shows how it stands. `lift` runs on a click instead while a moderator has
 * muted it.
 */
export function deviceToggle(own: OwnMedia, which: Own, { id, key, lift }: { id: string; key?: string; lift?: () => void }): HTMLButtonElement {
  const button = h(
    'button',
    { id, class: 'round device', type: 'button', 'aria-keyshortcuts': key, onclick: () => (own.silenced(which) && lift ? lift() : void own.toggle(which)) },
    icon(which),
    spoken(NAME[which]),
  );
  const show = (): void => {
    const on = own.isOn(which) && !own.silenced(which);
    button.disabled = !own.has(which);
    button.ariaPressed = String(on);
    button.title = title(own, which) + (key ? ` (${key})` : '');
    changeIcon(button, on ? which : `${which}-off`);
  };
  own.on('changed', show);
  show();
  return button;
}

function title(own: OwnMedia, which: Own): string {
  if (!own.has(which)) {
    return `No ${which}`;
  }
  return `${NAME[which]} ${own.silenced(which) ? 'muted by a moderator' : own.isOn(which) ? 'on' : 'off'}`;
}
