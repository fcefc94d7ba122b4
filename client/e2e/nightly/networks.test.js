// Networks that are not like one's own (R16): IPv6 alone with an MTU of 1280, which loses what is larger; and UDP blocked. How
// long until the first picture, and how large the datagrams are that the server sends.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { emulate } from '../harness/emulator.js';
import { inside, launchIn, makeNamespaces, possible, run, serveIn } from '../harness/namespaces.js';
import { meet, openSDK } from '../harness/sdk-site.js';

const HERE = 'netA';
const THERE = 'netB';
const WATCHED = 20_000; // ms
const LARGEST = 1216; // octets of UDP payload, docs/adr/0007

async function join(t, space, server, user) {
  const browser = await launchIn(t, space, server);
  const page = await browser.newPage();
  await openSDK(page, server);
  const began = Date.now();
  await meet(page, { url: server }, { room: 'hall', user, capture: { width: 1280, height: 720 } });
  return { page, began };
}

/** Follows the server's datagrams until it is asked for what it has seen. */
async function watchDatagrams(t, space, device) {
  const script = fileURLToPath(new URL('../harness/largest-datagram.py', import.meta.url));
  const child = spawn('ip', ['netns', 'exec', space, 'python3', script, device], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return async () => {
    const said = once(child.stdout, 'data');
    child.kill();
    return JSON.parse((await said)[0]);
  };
}

/** Two people meet over the link; answers how long the first pictures took, and the longest time without one after that. */
async function call(t, server) {
  const ann = await join(t, HERE, server, 'ann');
  const bob = await join(t, THERE, server, 'bob');
  const pairs = [[ann.page, 'bob'], [bob.page, 'ann']];
  const first = await Promise.all(
    pairs.map(async ([page, user]) => (await (await page.waitForFunction((of) => globalThis.pictures[of]?.[0], { timeout: 20_000 }, user)).jsonValue()) - bob.began),
  );
  await pause(WATCHED);
  const gaps = await Promise.all(
    pairs.map(([page, user]) =>
      page.evaluate((of) => {
        const times = [...globalThis.pictures[of], Date.now()];
        return Math.max(...times.slice(1).map((at, i) => at - times[i]));
      }, user),
    ),
  );
  return { first, gaps, bob: bob.page };
}

/** The protocols of the candidate pairs that a page's connections use. */
const protocols = (page) =>
  page.evaluate(async () => {
    const found = [];
    for (const connection of globalThis.connections) {
      const report = await connection.getStats();
      for (const { selectedCandidatePairId } of [...report.values()].filter(({ type }) => type === 'transport')) {
        const { protocol, address } = report.get(report.get(selectedCandidatePairId).remoteCandidateId);
        found.push(`${protocol} ${address}`);
      }
    }
    return found;
  });

test('with IPv6 alone and an MTU of 1280 a call works, and no datagram is too large', { skip: !possible() && 'it takes root' }, async (t) => {
  makeNamespaces(t, HERE, THERE);
  await emulate(t, HERE, THERE, { delay: '10ms' }, { mtu: 1280, families: '6' });
  const [{ ifname }] = JSON.parse(run('ip', '-n', HERE, '-j', '-6', 'route', 'get', 'fd88::2')).map(({ dev }) => ({ ifname: dev }));
  await serveIn(t, HERE, '[::]:8080');
  const seen = await watchDatagrams(t, HERE, ifname);
  const { first, gaps, bob } = await call(t, 'http://[fd88::1]:8080');
  const used = await protocols(bob);
  const { largest, count, over } = await seen();
  t.diagnostic(`R16 IPv6 alone, MTU 1280: first pictures ${first} ms, longest gap ${gaps} ms, ${used.join(', ')}`);
  t.diagnostic(`R16 largest UDP payloads ${JSON.stringify(largest)}, of ${JSON.stringify(count)} datagrams above 1200: ${JSON.stringify(over)}`);
  assert.ok(used.every((pair) => pair.startsWith('udp fd88')), used.join());
  assert.ok(Math.max(...first) <= 5_000, `${first} ms`);
  assert.ok(Math.max(...gaps) <= 2_000, `${gaps} ms without a picture`);
  assert.ok(Math.max(...Object.values(largest)) <= LARGEST, JSON.stringify(largest));
  assert.ok(Math.max(largest.STUN, largest.DTLS, largest.RTCP) <= 1200, JSON.stringify(largest));
});

test('where UDP is blocked a call works over ICE-TCP', { skip: !possible() && 'it takes root' }, async (t) => {
  makeNamespaces(t, HERE, THERE);
  await emulate(t, HERE, THERE, { delay: '10ms' });
  for (const chain of ['INPUT', 'OUTPUT']) {
    inside(THERE, 'iptables', '-I', chain, '-p', 'udp', '-j', 'DROP');
    inside(THERE, 'ip6tables', '-I', chain, '-p', 'udp', '-j', 'DROP');
  }
  await serveIn(t, HERE);
  const { first, gaps, bob } = await call(t, 'http://10.88.0.1:8080');
  const used = await protocols(bob);
  t.diagnostic(`R16 UDP blocked: first pictures ${first} ms, longest gap ${gaps} ms, ${used.join(', ')}`);
  assert.ok(used.every((pair) => pair.startsWith('tcp')), used.join());
  assert.ok(Math.max(...first) <= 10_000, `${first} ms`);
  assert.ok(Math.max(...gaps) <= 2_000, `${gaps} ms without a picture`);
});
