// Somebody who publishes and falls silent (R10): a machine that stops, a link on which packets vanish without any reset, the websocket
// alone, the media alone, and an outage that is over in time. What the others are told, and when.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { inside, launchIn, makeNamespaces, possible, run, serveIn } from '../harness/namespaces.js';
import { meet, openSDK } from '../harness/sdk-site.js';

const HERE = 'silA';
const THERE = 'silB';
const SERVER = 'http://10.90.0.1:8080';
const TOLD = 8_000; // ms
const GONE = 20_000;

/** The server's namespace, and one whose link can be cut. */
function connect(t) {
  makeNamespaces(t, HERE, THERE);
  run('ip', 'link', 'add', 'silence', 'netns', HERE, 'type', 'veth', 'peer', 'name', 'silence', 'netns', THERE);
  for (const [space, last] of [[HERE, 1], [THERE, 2]]) {
    run('ip', '-n', space, 'addr', 'add', `10.90.0.${last}/24`, 'dev', 'silence');
    run('ip', '-n', space, 'link', 'set', 'silence', 'up');
  }
}

/** Lets packets vanish that a rule of iptables matches, at both ends of the connection. */
function vanish(protocol, port) {
  for (const [chain, end] of [['OUTPUT', '--dport'], ['INPUT', '--sport']]) {
    inside(THERE, 'iptables', '-I', chain, ...(protocol ? ['-p', protocol, end, String(port)] : []), '-j', 'DROP');
  }
}

const heal = () => inside(THERE, 'iptables', '-F');

/** Stops or continues every process that is there. */
const signal = (name) => run('kill', `-${name}`, ...run('ip', 'netns', 'pids', THERE).trim().split('\n'));

/** A page of the SDK in a browser of its own. */
async function join(t, space, user) {
  const browser = await launchIn(t, space, SERVER);
  const page = await browser.newPage();
  page.whole = browser;
  await openSDK(page, SERVER);
  await meet(page, { url: SERVER }, { room: 'hall', user });
  return page;
}

/** Notes what is told of others, as [what, user, milliseconds]. */
const listen = (page) =>
  page.evaluate(() => {
    globalThis.told = [];
    const away = new Set();
    const note = (what, { user }) => globalThis.told.push([what, user, Date.now()]);
    globalThis.room.on('participantChanged', ({ participant }) => {
      if (participant.unreachable !== away.has(participant.user)) {
        away[participant.unreachable ? 'add' : 'delete'](participant.user);
        note(participant.unreachable ? 'unreachable' : 'reachable', participant);
      }
    });
    globalThis.room.on('streamUnpublished', ({ publication }) => note('unpublished', publication.participant));
    globalThis.room.on('participantLeft', ({ participant }) => note('left', participant));
  });

const CASES = [
  { name: 'stopped', cut: () => signal('STOP'), undo: () => signal('CONT'), end: 'left' },
  { name: 'cut off', cut: () => vanish(), undo: heal, end: 'left' },
  { name: 'websocket cut off', cut: () => vanish('tcp', 8080), undo: heal, end: 'left' },
  { name: 'media cut off', cut: () => { vanish('udp', 8082); vanish('tcp', 8082); }, undo: heal, end: 'unpublished' },
];

test('who falls silent is told of within 8 s, and gone within 20 s', { skip: !possible() && 'it takes root' }, async (t) => {
  connect(t);
  await serveIn(t, HERE);
  const ann = await join(t, HERE, 'ann');
  await listen(ann);
  const figures = [];
  for (const [i, { name, cut, undo, end }] of CASES.entries()) {
    const user = `bob${i}`;
    const bob = await join(t, THERE, user);
    await ann.waitForFunction((of) => globalThis.pictures[of]?.length > 30, {}, user);
    const since = Date.now();
    cut();
    const at = (what) => ann.waitForFunction(([of, word, from]) => globalThis.told.find(([w, u, when]) => w === word && u === of && when > from)?.[2], { timeout: 40_000 }, [user, what, since]);
    try {
      const told = (await (await at('unreachable')).jsonValue()) - since;
      const gone = (await (await at(end)).jsonValue()) - since;
      figures.push(`${name}: told ${told} ms, ${end} ${gone} ms`);
      assert.ok(told <= TOLD, `${name}: told after ${told} ms`);
      assert.ok(gone <= GONE, `${name}: ${end} after ${gone} ms`);
    } finally {
      undo();
      await bob.whole.close();
    }
    await ann.waitForFunction((of) => !globalThis.room.participants.has(of), {}, user);
  }
  t.diagnostic(`R10 ${figures.join('; ')}`);
});

test('an outage of eight seconds throws nobody out', { skip: !possible() && 'it takes root' }, async (t) => {
  connect(t);
  await serveIn(t, HERE);
  const ann = await join(t, HERE, 'ann');
  await listen(ann);
  const bob = await join(t, THERE, 'bob');
  await ann.waitForFunction(() => globalThis.pictures.bob?.length > 30);
  vanish();
  await pause(8_000);
  heal();
  const healed = Date.now();
  await ann.waitForFunction((from) => globalThis.pictures.bob.filter((when) => when > from).length > 30, { timeout: 20_000 }, healed);
  const first = await ann.evaluate((from) => globalThis.pictures.bob.find((when) => when > from), healed);
  const told = await ann.evaluate(() => globalThis.told.map(([what]) => what));
  t.diagnostic(`R10 outage of 8 s: picture back ${first - healed} ms after it, told ${told.join(', ')}`);
  assert.deepEqual(told, ['unreachable', 'reachable']);
  await bob.whole.close();
});
