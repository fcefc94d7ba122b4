// What stands for a person without a picture: the initials in a calm colour.

import { h } from '../dom.ts';

/** How many colours style/stage-tile.css has. */
export const COLOURS = 8;

/** The initials of a name: of its first and last word. */
export function initialsOf(user: string): string {
  const words = user.trim().split(/[\s._-]+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0] ?? ''];
  return letters.map((word) => [...(word ?? '')][0]?.toUpperCase() ?? '').join('');
}

/** The number of a name's colour: the same on everybody's screen. */
export function colourOf(user: string): number {
  let sum = 0;
  for (const character of user) {
    sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 65_521;
  }
  return sum % COLOURS;
}

/** Makes the round sign of a name. */
export function avatarOf(user: string): HTMLElement {
  return h('span', { class: 'avatar', 'aria-hidden': 'true', 'data-colour': colourOf(user) }, h('span', {}, initialsOf(user)));
}
