// Somebody whose machine gets another address in the middle of a call, as when it changes from one network to another: how
// long both sides miss each other's picture. ATRIUM_SEEN=1 does it more often.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { launchIn, makeNamespaces, possible, run, serveIn } from '../harness/namespaces.js';
import { meet, openSDK } from '../harness/sdk-site.js';

const HERE = 'movA';
const THERE = 'movB';
const SERVER = 'http://10.89.0.1:8080';
const CHANGES = process.env.ATRIUM_SEEN ? 10 : 2;
const WATCHED = 9_000; // ms after a change

/** Two namespaces with a cable between them. */
function connect(t) {
  makeNamespaces(t, HERE, THERE);
  run('ip', 'link', 'add', 'moving', 'netns', HERE, 'type', 'veth', 'peer', 'name', 'moving', 'netns', THERE);
  run('ip', '-n', HERE, 'addr', 'add', '10.89.0.1/24', 'dev', 'moving');
  for (const space of [HERE, THERE]) {
    run('ip', '-n', space, 'link', 'set', 'moving', 'up');
  }
  address(2);
}

/** Replaces the address of those who are there. */
function address(last) {
  run('ip', '-n', THERE, 'addr', 'flush', 'dev', 'moving');
  run('ip', '-n', THERE, 'addr', 'add', `10.89.0.${last}/24`, 'dev', 'moving');
}

/** A page of the SDK in a browser of its own. */
async function join(t, space, user) {
  const page = await (await launchIn(t, space, SERVER)).newPage();
  await openSDK(page, SERVER);
  await meet(page, { url: SERVER }, { room: 'hall', user });
  return page;
}

/** The longest time without a picture of `user` since a moment, in ms. */
const gap = (page, user, since) =>
  page.evaluate(
    (of, from) => {
      const times = [from, ...(globalThis.pictures[of] ?? []).filter((at) => at > from), Date.now()];
      return Math.max(...times.slice(1).map((at, i) => at - times[i]));
    },
    user,
    since,
  );

test('after a change of address both sides see each other again within five seconds', { skip: !possible() && 'it takes root' }, async (t) => {
  connect(t);
  await serveIn(t, HERE);
  const ann = await join(t, HERE, 'ann');
  const bob = await join(t, THERE, 'bob');
  await Promise.all([ann.waitForFunction(() => globalThis.pictures.bob?.length > 5), bob.waitForFunction(() => globalThis.pictures.ann?.length > 5)]);
  const gaps = [];
  for (let i = 0; i < CHANGES; i++) {
    const since = Date.now();
    address(3 + i);
    await pause(WATCHED);
    gaps.push(await gap(ann, 'bob', since), await gap(bob, 'ann', since));
    const happened = await bob.evaluate((from) => globalThis.happened.filter(([, at]) => at >= from).map(([name]) => name), since);
    assert.deepEqual(happened, ['reconnecting', 'reconnected']);
  }
  t.diagnostic(`without a picture for ${gaps.join(', ')} ms`);
  assert.ok(Math.max(...gaps) <= 5_000, `${gaps} ms`);
});
