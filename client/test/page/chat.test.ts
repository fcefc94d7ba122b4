import assert from 'node:assert/strict';
import { test } from 'node:test';
import { documentTitle } from '../../page/call/title.ts';
import { Conversation } from '../../page/panel/conversation.ts';
import { findLinks } from '../../page/panel/links.ts';

const message = (user: string, text: string, time = 0) => ({ user, text, time });
const links = (text: string) => findLinks(text).flatMap(({ url }) => url ?? []);

test('a run of messages has one head; silence, another author, and a remark begin a new one', () => {
  const conversation = new Conversation();
  assert.equal(conversation.add(message('ann', '1', 0)), true);
  assert.equal(conversation.add(message('ann', '2', 60_000)), false);
  assert.equal(conversation.add(message('bob', '3', 60_000)), true);
  conversation.interrupt();
  assert.equal(conversation.add(message('bob', '4', 61_000)), true);
  assert.equal(conversation.add(message('bob', '5', 61_000 + 6 * 60_000)), true);
});

test('of the history only what came after the last message seen is shown', () => {
  const history = [message('ann', 'a'), message('bob', 'b'), message('ann', 'c')];
  const conversation = new Conversation();
  assert.deepEqual(conversation.missed(history), history, 'all of it to a newcomer');
  conversation.add(message('bob', 'b', 99));
  assert.deepEqual(conversation.missed(history), [history[2]]);
});

test('links are http and https alone, without the sentence around them', () => {
  assert.deepEqual(links('see https://a.example/b?c=d#e, or (http://f.example).'), ['https://a.example/b?c=d#e', 'http://f.example/']);
  assert.deepEqual(links('https://en.example/wiki/Atrium_(architecture)'), ['https://en.example/wiki/Atrium_(architecture)']);
  assert.deepEqual(links('javascript:alert(1) data:text/html,x file:///etc ftp://x.example'), []);
  assert.deepEqual(links('https://bank.example@evil.example/'), [], 'looks like another place');
  assert.deepEqual(links('<a href="https://a.example">x</a>'), ['https://a.example/']);
});

test('the pieces of a text are the text', () => {
  for (const text of ['', 'no link', 'https://a.example', 'a https://b.example. c http:// d', 'https://@x https://b.example)']) {
    assert.equal(findLinks(text).map((piece) => piece.text).join(''), text);
  }
});

test('the title of the tab counts what nobody has read', () => {
  assert.equal(documentTitle('hall', 0), 'hall · Atrium');
  assert.equal(documentTitle('hall', 3), '(3) hall · Atrium');
  assert.equal(documentTitle('hall', 120), '(99+) hall · Atrium');
});
