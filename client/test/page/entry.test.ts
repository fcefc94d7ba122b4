import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { readToken } from '../../page/entry/invitation.ts';
import { Preferences } from '../../page/entry/preferences.ts';
import { madeUpRoom } from '../../page/entry/room-name.ts';
import { endVisit, keepVisit, visitToResume } from '../../page/entry/visit.ts';

class MemoryStorage {
  readonly #items = new Map<string, string>();
  getItem = (key: string): string | null => this.#items.get(key) ?? null;
  setItem = (key: string, value: string): void => void this.#items.set(key, value);
  removeItem = (key: string): void => void this.#items.delete(key);
}

const memory = (): Storage => new MemoryStorage() as unknown as Storage;

beforeEach(() => Object.assign(globalThis, { sessionStorage: memory() }));

const token = (claims: object): string => `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.y`;

test('a token fills in the form with its name and room, whatever letters they have', () => {
  assert.deepEqual(readToken(token({ sub: 'änn', atrium: { room: 'höll' } })), { user: 'änn', room: 'höll' });
  assert.deepEqual(readToken(token({ sub: 'a', name: 'ann' })), { user: 'ann', room: '' });
  assert.deepEqual(readToken(token({ sub: 'a', atrium: { users: '*', room: 'hall' } })), { user: '', room: 'hall' }, 'for any name');
  assert.deepEqual(readToken('nothing'), { user: '', room: '' });
});

test('a reload leads back into the call; a new tab, another room, and a call that was left do not', () => {
  keepVisit({ room: 'hall', user: 'ann' });
  assert.deepEqual(visitToResume('reload', 'hall'), { room: 'hall', user: 'ann' });
  assert.deepEqual(visitToResume('reload', ''), { room: 'hall', user: 'ann' });
  assert.equal(visitToResume('navigate', 'hall'), undefined, 'a tab that was duplicated');
  assert.equal(visitToResume('reload', 'garden'), undefined);
  endVisit();
  assert.equal(visitToResume('reload', 'hall'), undefined);
});

test('choices are found again, and what makes no sense is not', () => {
  const storage = memory();
  const first = new Preferences(() => storage);
  const told: string[] = [];
  first.on('changed', ({ key }) => told.push(key));
  first.set('layout', 'speaker');
  first.set('layout', 'speaker');
  first.set('camera', false);
  assert.deepEqual(told, ['layout', 'camera'], 'only what became another one');
  const again = new Preferences(() => storage);
  assert.deepEqual([again.get('layout'), again.get('camera'), again.get('theme')], ['speaker', false, 'system']);
  storage.setItem('atrium.preferences', '{"layout":"spiral","theme":7,"user":"ann","more":1}');
  const odd = new Preferences(() => storage);
  assert.deepEqual([odd.get('layout'), odd.get('theme'), odd.get('user')], ['auto', 'system', 'ann']);
});

test('without storage nothing is remembered, and nothing breaks', () => {
  const preferences = new Preferences(() => {
    throw new Error('storage is off');
  });
  preferences.set('theme', 'dark');
  assert.equal(preferences.get('theme'), 'dark');
});

test('made-up rooms can be said on the telephone', () => {
  for (const random of [() => 0, () => 0.999999, Math.random]) {
    assert.match(madeUpRoom(random), /^[a-z]+-[a-z]+-\d{4}$/);
  }
});
