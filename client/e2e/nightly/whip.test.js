// Encoders and players that know nothing of the room protocol: WHIP and WHEP, from a page of another origin, and from a
// program that nobody here wrote.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { launch, openPage, screenshot, until } from '../harness/browser.js';
import { serveLegacy } from '../harness/legacy-site.js';
import { Participant } from '../harness/participant.js';
import { gstreamerIsMissing, publishByGStreamer } from '../harness/gstreamer.js';
import { serve } from '../harness/server.js';
import { playByWHEP, playsOn, publishByWHIP, serveEmptyPage } from '../harness/whip-page.js';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

// An application with Kurento's own packages, in the room.
async function openOldApplication(t, server, name) {
  const socket = encodeURIComponent(`${server.url.replace('http', 'ws')}/room`);
  return openPage(browser, `${await serveLegacy(t)}?server=${socket}&room=hall&name=${name}`);
}

// Waits until it has decoded so many pictures of a user.
const seesInOldApplication = (page, user, frames) =>
  until(
    page,
    async ([name, wanted]) => {
      const report = await globalThis.legacy.peers[name]?.peerConnection?.getStats();
      return [...(report?.values() ?? [])].some((entry) => entry.type === 'inbound-rtp' && entry.framesDecoded >= wanted);
    },
    [user, frames],
    { timeout: 30_000 },
  );

test('a page publishes by WHIP, another plays it by WHEP, a person in the room sees it, and ICE restarts', async (t) => {
  const server = await serve(t);
  const site = await serveEmptyPage(t);
  const ann = await Participant.join(browser, server, { name: 'ann', room: 'hall', size: '320x180' });
  const camera = await publishByWHIP(browser, site, `${server.url}/whip/hall?user=stage`);
  await ann.seesOnly(['stage']);
  await ann.keepsPlaying('stage', 15);
  await ann.hears('stage');

  const player = await playByWHEP(browser, site, `${server.url}/whep/hall?publisher=stage&user=tv`);
  await playsOn(player, 30);
  await ann.seesOnly(['stage', 'tv']); // who publishes nothing is a participant all the same
  await screenshot(ann.page, 'whip');

  for (const page of [camera, player]) {
    const before = await page.evaluate(() => globalThis.session.tag);
    await page.evaluate(() => globalThis.session.restart());
    assert.notEqual(await page.evaluate(() => globalThis.session.tag), before);
    await until(page, () => globalThis.session.connection.iceConnectionState === 'connected');
    await playsOn(player, 60);
  }
  await ann.keepsPlaying('stage', 15);

  assert.equal(await camera.evaluate(() => globalThis.session.end()), 200);
  await ann.seesOnly([]);
  assert.equal(await player.evaluate(() => globalThis.session.end()), 404); // it has ended with the publisher
  await until(player, () => globalThis.session.connection.connectionState !== 'connected');
});

test('a player gets the small picture it asks for, of a person on the call page', async (t) => {
  const server = await serve(t);
  const site = await serveEmptyPage(t);
  const ann = await Participant.join(browser, server, { name: 'ann', room: 'hall', size: '1280x720' });
  const player = await playByWHEP(browser, site, `${server.url}/whep/hall?layer=0`);
  await playsOn(player, 20);
  const width = await until(player, () => document.querySelector('video').videoWidth);
  assert.ok(width <= 640, `the picture is ${width} pixels wide`);
});

test('an old application sees who publishes by WHIP, and is not confused by who plays', async (t) => {
  const server = await serve(t);
  const site = await serveEmptyPage(t);
  const camera = await publishByWHIP(browser, site, `${server.url}/whip/hall?user=stage`);
  const olga = await openOldApplication(t, server, 'olga');
  const sees = (frames) => seesInOldApplication(olga, 'stage', frames);
  await sees(30);
  const player = await playByWHEP(browser, site, `${server.url}/whep/hall?publisher=olga`);
  await playsOn(player, 30);
  await sees(60);
  await player.evaluate(() => globalThis.session.end());
  await camera.evaluate(() => globalThis.session.end());
  await until(olga, () => !document.getElementById('native-video-stage_webcam'));
  const { errors, log } = await olga.evaluate(() => globalThis.legacy);
  assert.deepEqual(errors, []);
  assert.deepEqual(
    log.map(([event]) => event),
    ['participantJoined'], // the player; its leaving is handled like everybody's
  );
});

test('a page plays by WHEP what GStreamer publishes by WHIP, and an old application sees it', { skip: gstreamerIsMissing() }, async (t) => {
  const server = await serve(t);
  const site = await serveEmptyPage(t);
  const gstreamer = publishByGStreamer(t, `${server.url}/whip/hall?user=stage`);
  const olga = await openOldApplication(t, server, 'olga');
  await seesInOldApplication(olga, 'stage', 30);
  const player = await playByWHEP(browser, site, `${server.url}/whep/hall?publisher=stage&user=tv`);
  await playsOn(player, 30);
  await seesInOldApplication(olga, 'stage', 60);
  await screenshot(player, 'whip-gstreamer-whep');
  await screenshot(olga, 'whip-gstreamer-legacy');
  assert.equal(await gstreamer.end(), 0);
  assert.match(gstreamer.log, /^DELETE 200$/m);
  await until(olga, () => !document.getElementById('native-video-stage_webcam'));
  assert.deepEqual((await olga.evaluate(() => globalThis.legacy)).errors, []);
});

// WHIP_CLIENT is a command that gets the endpoint as its argument; see README.md.
test('a person sees what simple-whip-client publishes', { skip: !process.env.WHIP_CLIENT }, async (t) => {
  const server = await serve(t);
  const site = await serveEmptyPage(t);
  const ann = await Participant.join(browser, server, { name: 'ann', room: 'hall', size: '320x180' });
  const client = spawn(process.env.WHIP_CLIENT, [`${server.url}/whip/hall?user=gstreamer`], { stdio: 'ignore' });
  const exit = once(client, 'exit');
  t.after(() => (client.kill('SIGINT'), exit));
  await ann.seesOnly(['gstreamer'], { timeout: 30_000 });
  await ann.keepsPlaying('gstreamer', 15);
  await ann.hears('gstreamer');
  const player = await playByWHEP(browser, site, `${server.url}/whep/hall?publisher=gstreamer`);
  await playsOn(player, 30);
  await screenshot(ann.page, 'whip-gstreamer');
});
