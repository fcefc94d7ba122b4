// The token that lets somebody into a room, where the server asks for one. It is kept for this tab alone, so that
// reloading works.

import { Store } from './store.ts';

const kept = new Store<string>('token', () => sessionStorage);

/** Keeps a token; answers it or, when it is empty, the one of before. */
export function keepToken(token: string): string {
  if (token !== '') {
    kept.write(token);
  }
  return token === '' ? (kept.read() ?? '') : token;
}

/** The user and room that a token names, empty where it does not say: to fill in a form, and for nothing else. */
export function readToken(token: string): { user: string; room: string } {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const octets = Uint8Array.from(atob(payload), (character) => character.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(octets)) as Claims;
    const { users, room } = claims.atrium ?? {};
    return { user: users ? '' : text(claims.name ?? claims.sub), room: text(room) };
  } catch {
    return { user: '', room: '' };
  }
}

interface Claims {
  name?: unknown;
  sub?: unknown;
  atrium?: { users?: unknown; room?: unknown };
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
