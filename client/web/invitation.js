// The token that lets somebody into a room, where the server asks for one. It comes in the fragment of the address, which no
// server sees, is taken away from there at once, and is kept for this tab alone, so that reloading works.

const KEY = 'atrium.token';

/** Answers `token` or, when that is empty, the one of before; keeps it. */
export function keep(token) {
  try {
    if (token) {
      sessionStorage.setItem(KEY, token);
    }
    return token || (sessionStorage.getItem(KEY) ?? '');
  } catch {
    return token; // storage is off; a reload asks for the link again
  }
}

/** Answers {user, room} as a token has them, empty where it does not say: to fill in a form, and for nothing else. */
export function read(token) {
  try {
    const payload = token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
    const octets = Uint8Array.from(atob(payload), (character) => character.charCodeAt(0));
    const { name, sub, atrium } = JSON.parse(new TextDecoder().decode(octets));
    return { user: atrium?.users ? '' : (name ?? sub ?? ''), room: atrium?.room ?? '' };
  } catch {
    return { user: '', room: '' };
  }
}
