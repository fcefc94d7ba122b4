// Kurento's own JavaScript packages, unchanged, in an old application on another origin.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { launch, openPage, until } from '../harness/browser.js';
import { serveLegacy } from '../harness/legacy-site.js';
import { Participant } from '../harness/participant.js';
import { serve } from '../harness/server.js';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

async function openLegacy(site, server, name, prepare, options) {
  const page = await visitLegacy(site, server, name, prepare, options);
  await until(page, () => globalThis.legacy.joined);
  return page;
}

// Opens the application, which may not get in: `search` belongs to the websocket's address, `params` to every request.
function visitLegacy(site, server, name, prepare, { search = '', params = {} } = {}) {
  const address = new URL(site);
  address.search = new URLSearchParams({
    server: `${server.url.replace('http', 'ws')}/room${search}`,
    params: JSON.stringify(params),
    room: 'hall',
    name,
  });
  return openPage(browser, String(address), { prepare });
}

// Waits until `frames` pictures of `name` were decoded and its sound was heard, by the page's own peer connection.
const plays = (page, name, frames = 30) =>
  until(
    page,
    async ([user, wanted]) => {
      const video = document.getElementById(`native-video-${user}_webcam`);
      if (video) {
        video.muted = false; // of a muted one, as one's own is, getStats hears nothing
      }
      const report = await globalThis.legacy.peers[user]?.peerConnection?.getStats();
      const received = [...(report?.values() ?? [])].filter(({ type }) => type === 'inbound-rtp');
      return (
        received.some(({ framesDecoded }) => framesDecoded >= wanted) &&
        received.some(({ totalAudioEnergy }) => totalAudioEnergy > 0)
      );
    },
    [name, frames],
    { timeout: 20_000 },
  );

const shows = (page, name) =>
  until(page, (user) => document.getElementById(`native-video-${user}_webcam`)?.videoWidth > 0, name);

const OLD = { 'kurento-utils': 'kurento-utils-old', 'kurento-jsonrpc': 'kurento-jsonrpc-old' };

for (const [version, packages] of [
  ['6.18', {}],
  ['6.6.0 with jsonrpc 5.1.4', { alias: OLD, before: ['constraints.js'] }],
]) {
  test(`kurento-utils ${version}: two old applications and a new page in one room`, async (t) => {
    const server = await serve(t);
    const site = await serveLegacy(t, packages);
    const olga = await openLegacy(site, server, 'olga');
    await plays(olga, 'olga'); // loopback, as the stock demo publishes
    await shows(olga, 'olga');
    const otto = await openLegacy(site, server, 'otto');
    const ann = await Participant.join(browser, server, { name: 'ann', room: 'hall', size: '320x180' });

    for (const [page, others] of [[olga, ['otto', 'ann']], [otto, ['otto', 'olga', 'ann']]]) {
      for (const name of others) {
        await plays(page, name);
        await shows(page, name);
      }
    }
    for (const name of ['olga', 'otto']) {
      await ann.keepsPlaying(name, 15);
      await ann.hears(name);
    }

    await olga.evaluate(() => globalThis.legacy.say('<i>good day</i>'));
    await ann.reads('<i>good day</i>');
    await ann.say('hello');
    const heard = await until(otto, () => globalThis.legacy.messages.length === 2 && globalThis.legacy.messages);
    assert.deepEqual(heard, [
      { room: 'hall', user: 'olga', message: '<i>good day</i>' },
      { room: 'hall', user: 'ann', message: 'hello' },
    ]);

    await olga.evaluate(() => globalThis.legacy.leave());
    await ann.seesOnly(['otto']);
    await until(otto, () => !globalThis.legacy.peers.olga);
    for (const page of [olga, otto]) {
      assert.deepEqual(await page.evaluate(() => globalThis.legacy.errors), []);
      assert.deepEqual(page.problems, []);
    }
    await Promise.all([olga, otto, ann.page].map((page) => page.context().close()));
  });
}

test('an offer without media, as unaided 6.6.0 makes it today, is refused and harms nobody', async (t) => {
  const server = await serve(t);
  const ann = await Participant.join(browser, server, { name: 'ann', room: 'hall', size: '320x180' });
  const olga = await openLegacy(await serveLegacy(t, { alias: OLD }), server, 'olga');
  const [error] = await until(olga, () => globalThis.legacy.errors.length > 0 && globalThis.legacy.errors);
  assert.match(error, /SDP/);
  await plays(olga, 'olga');
  await ann.keepsPlaying('olga', 15);
  await Promise.all([olga, ann.page].map((page) => page.context().close()));
});

test('the old client pings for longer than three intervals and stays connected', async (t) => {
  const server = await serve(t);
  const site = await serveLegacy(t);
  const pongs = [];
  const olga = await openLegacy(site, server, 'olga', (page) =>
    page.on('websocket', (socket) =>
      socket.on('framereceived', ({ payload }) => {
        if (JSON.parse(payload).result?.value === 'pong') {
          pongs.push(payload);
        }
      }),
    ),
  );
  const deadline = AbortSignal.timeout(20_000);
  while (pongs.length < 5) {
    assert.ok(!deadline.aborted, `${pongs.length} pongs in 20 s`);
    await olga.waitForEvent('websocket', { timeout: 500 }).catch(() => {});
  }
  const disturbed = await olga.evaluate(() => globalThis.legacy.log.filter(([event]) => event !== 'participantJoined'));
  assert.deepEqual(disturbed, []);
  await olga.context().close();
});

const SECRET = 'a secret of thirty-two octets, for this test';

function tokenFor(name) {
  const now = Math.floor(Date.now() / 1000);
  const claims = { sub: name, iat: now, exp: now + 600, jti: name, atrium: { room: 'hall', role: 'participant' } };
  const signed = [{ alg: 'HS256', typ: 'JWT' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${signed}.${createHmac('sha256', SECRET).update(signed).digest('base64url')}`;
}

test('old applications pass a token on, as a parameter, in the address or as the name, and are out when it is revoked', async (t) => {
  const server = await serve(t, {
    ATRIUM_AUTH_MODE: 'token',
    ATRIUM_AUTH_SECRET: SECRET,
    ATRIUM_AUTH_TOKEN_IN: 'params,query,user',
    ATRIUM_LOG_LEVEL: 'debug',
  });
  const site = await serveLegacy(t);
  const nobody = await visitLegacy(site, server, 'olga');
  const refused = () => globalThis.legacy.errors.length > 0 && globalThis.legacy.errors;
  assert.match((await until(nobody, refused))[0], /the token is not accepted/);
  const other = await visitLegacy(site, server, 'olga', undefined, { params: { token: tokenFor('otto') } });
  assert.match((await until(other, refused))[0], /the token is not accepted/);

  const olga = await openLegacy(site, server, 'olga', undefined, { params: { token: tokenFor('olga') } });
  const otto = await openLegacy(site, server, 'otto', undefined, { search: `?token=${tokenFor('otto')}` });
  const inge = await openLegacy(site, server, tokenFor('inge'));
  await plays(olga, 'otto');
  await plays(otto, 'olga');
  await plays(otto, 'inge');

  const revoked = await fetch(`${server.operator}/admin/api/revoke`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: 'olga' }),
  });
  assert.equal(revoked.status, 200);
  await until(olga, () => globalThis.legacy.log.some(([event]) => event === 'participantEvicted'));
  await until(otto, () => !globalThis.legacy.peers.olga);
  for (const name of ['olga', 'otto', 'inge']) {
    for (const part of tokenFor(name).split('.').slice(1)) {
      assert.ok(!server.log.includes(part.slice(0, 40)), `a part of the token of ${name} is in the log`);
    }
  }
  await Promise.all([nobody, other, olga, otto, inge].map((page) => page.context().close()));
});
