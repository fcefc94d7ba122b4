// Through the embedded TURN server: calls of browsers that may use nothing but relayed candidates, over UDP, TCP and TLS.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, until } from '../harness/browser.js';
import { sendPictures } from '../harness/fake-picture.js';
import { FakeSignaling } from '../harness/fake-signaling.js';
import { Participant } from '../harness/participant.js';
import { freePorts, serve } from '../harness/server.js';
import { playByWHEP, playsOn, publishByWHIP, serveEmptyPage } from '../harness/whip-page.js';

const SECRET = 'north';

let browser;
before(async () => {
  browser = await launch(['--ignore-certificate-errors']); // the server's is its own
});
after(() => browser.close());

/** A server with a relay, and `urls` of it. */
async function serveRelay(t, env = {}) {
  const [udp, tcp, tls] = await freePorts(3);
  const server = await serve(t, {
    ATRIUM_TURN_UDP_LISTEN: `127.0.0.1:${udp}`,
    ATRIUM_TURN_TCP_LISTEN: `127.0.0.1:${tcp}`,
    ATRIUM_TURN_TLS_LISTEN: `127.0.0.1:${tls}`,
    ATRIUM_TURN_PUBLIC_HOST: '127.0.0.1',
    ATRIUM_TURN_SECRET: SECRET,
    ATRIUM_TLS_MODE: 'self-signed',
    ...env,
  });
  server.url = server.url.replace('http:', 'https:');
  server.urls = {
    udp: `turn:127.0.0.1:${udp}?transport=udp`,
    tcp: `turn:127.0.0.1:${tcp}?transport=tcp`,
    tls: `turns:127.0.0.1:${tls}?transport=tcp`,
  };
  return server;
}

/** Lets the page's connections use relayed candidates at one URL only, of those that the server hands out, and remembers them. */
const relayedOnly = (url) => (page) =>
  page.addInitScript((wanted) => {
    globalThis.connections = [];
    globalThis.RTCPeerConnection = class extends RTCPeerConnection {
      constructor({ iceServers, ...configuration }) {
        const only = iceServers.filter(({ urls }) => urls.includes(wanted)).map((server) => ({ ...server, urls: [wanted] }));
        super({ ...configuration, iceServers: only, iceTransportPolicy: 'relay' });
        globalThis.connections.push(this);
      }
    };
  }, url);

/** The selected local candidates of a page's connections, as "type protocol". */
function selected(page) {
  return page.evaluate(async () => {
    const found = [];
    for (const connection of globalThis.connections) {
      const report = await connection.getStats();
      const transport = [...report.values()].find(({ type }) => type === 'transport');
      const pair = report.get(transport?.selectedCandidatePairId);
      const local = report.get(pair?.localCandidateId);
      if (local) {
        found.push(`${local.candidateType} ${local.relayProtocol}`);
      }
    }
    return found;
  });
}

async function metric(server, name) {
  const text = await (await fetch(`${server.operator}/metrics`)).text();
  return Number(text.split('\n').find((line) => line.startsWith(`${name} `))?.split(' ')[1]);
}

for (const transport of ['udp', 'tcp', 'tls']) {
  test(`two people see and hear each other through TURN over ${transport}, and ICE restarts`, async (t) => {
    const server = await serveRelay(t);
    const prepare = relayedOnly(server.urls[transport]);
    const join = (name) => Participant.join(browser, server, { name, room: 'hall', size: '320x180', prepare });
    const [ann, bob] = [await join('ann'), await join('bob')];
    for (const [viewer, user] of [[ann, 'bob'], [bob, 'ann']]) {
      await viewer.keepsPlaying(user, 30);
      await viewer.hears(user);
      assert.deepEqual(await selected(viewer.page), Array(2).fill(`relay ${transport}`));
    }
    for (const { page } of [ann, bob]) {
      await page.evaluate(() => dispatchEvent(new Event('online'))); // as after a change of the network
    }
    await bob.keepsPlaying('ann', 45);
    assert.deepEqual(await selected(bob.page), Array(2).fill(`relay ${transport}`));
    assert.ok((await metric(server, `atrium_turn_allocations{transport="${transport}"}`)) >= 4);
    assert.ok((await metric(server, 'atrium_turn_bytes_total{direction="sent"}')) > 10_000);
    await Promise.all([ann, bob].map(({ page }) => page.context().close()));
  });
}

test('a page publishes by WHIP and plays by WHEP through the relay that it was handed in Link headers', async (t) => {
  const server = await serveRelay(t);
  const site = await serveEmptyPage(t);
  const camera = await publishByWHIP(browser, site, `${server.url}/whip/hall?user=stage`, { relayed: true });
  const player = await playByWHEP(browser, site, `${server.url}/whep/hall?publisher=stage&user=tv`, { relayed: true });
  await playsOn(player, 30);
  for (const page of [camera, player]) {
    await page.evaluate(() => (globalThis.connections = [globalThis.session.connection]));
    assert.match((await selected(page)).join(), /^relay (udp|tcp|tls)$/);
  }
  await camera.evaluate(() => globalThis.session.end());
  await Promise.all([camera, player].map((page) => page.context().close()));
});

test('the page gives each connection the servers that it was handed at the join', async () => {
  const iceServers = [{ urls: ['stun:stun.example.org'] }, { urls: ['turn:turn.example.org'], username: 'u', credential: 'c' }];
  const fake = new FakeSignaling();
  const bob = { id: 'bob', streams: [{ id: 'webcam' }] };
  fake.handlers.joinRoom = () => ({ value: [bob], sessionId: 'session-1', connections: 'paired', iceServers });
  let page = null;
  sendPictures(fake, () => page);
  const prepare = (opened) =>
    opened.addInitScript(() => {
      globalThis.configurations = [];
      globalThis.RTCPeerConnection = class extends RTCPeerConnection {
        constructor(configuration) {
          super({});
          globalThis.configurations.push(configuration?.iceServers ?? 'none'); // the fake's own has none
        }
      };
    });
  page = await fake.open(browser, { path: '/?room=hall&name=ann', prepare });
  await page.click('#joinBtn');
  await until(page, () => globalThis.configurations.filter((servers) => servers !== 'none').length >= 2);
  const handed = await page.evaluate(() => globalThis.configurations.filter((servers) => servers !== 'none'));
  assert.deepEqual(handed, [iceServers, iceServers]);
  await page.context().close();
});
