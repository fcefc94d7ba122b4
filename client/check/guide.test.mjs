// The guide's code is code: each block of docs/client.md stands, to the letter but for its indentation, in the example that
// it names, and the compiler checks these.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const client = path.resolve(import.meta.dirname, '..');
const guide = readFileSync(path.join(client, '..', 'docs', 'client.md'), 'utf8');
const blocks = [...guide.matchAll(/(?:<!-- (\S+) -->\n)?```ts\n(.*?)```/gs)];

/** The lines without what all of them are indented by. */
function flush(text) {
  const lines = text.trimEnd().split('\n');
  const depth = Math.min(...lines.filter((line) => line.trim()).map((line) => line.search(/\S/)));
  return lines.map((line) => line.slice(depth).trimEnd()).join('\n');
}

/** Whether the block stands somewhere in the source, at any depth. */
function holds(source, block) {
  const lines = source.split('\n');
  const wanted = flush(block);
  const length = wanted.split('\n').length;
  return lines.some((_, at) => flush(lines.slice(at, at + length).join('\n')) === wanted);
}

test('the guide has code', () => assert.ok(blocks.length > 10));

for (const [, file, block] of blocks) {
  test(`the guide shows a part of ${file}: ${block.split('\n', 1)[0]}`, () => {
    assert.ok(file, 'a comment above the block names its example');
    assert.ok(holds(readFileSync(path.join(client, 'examples', file), 'utf8'), block));
  });
}
