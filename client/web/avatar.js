// What stands for a person without a picture: the initials on a colour.

import { make } from './dom.js';

export function avatarOf(user) {
  const avatar = make('span', 'avatar', initials(user));
  avatar.ariaHidden = 'true';
  avatar.dataset.colour = colour(user);
  return avatar;
}

function initials(user) {
  const words = user.trim().split(/[\s._-]+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [user];
  return letters.map((word) => [...word][0]?.toUpperCase() ?? '').join('');
}

// The same person has the same colour on every screen.
function colour(user) {
  let sum = 0;
  for (const character of user) {
    sum = (sum * 31 + character.codePointAt(0)) % 6;
  }
  return sum;
}
