// Another camera and another microphone in the middle of a call.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, until } from '../harness/browser.js';
import { Participant } from '../harness/participant.js';
import { serve } from '../harness/server.js';

// Of Chromium's fake cameras the second measures depth and shows nothing, so that the third is taken.
let browser;
before(async () => {
  browser = await launch(['--use-fake-device-for-media-stream=device-count=3']);
});
after(() => browser.close());

/** What is captured, by the name of the device. */
const captured = ({ page }) =>
  page.evaluate(() => {
    const { videoTrack, audioTrack } = globalThis.atrium.room.local.publications.get('webcam');
    return [videoTrack.label, audioTrack.label];
  });

/** How often a connection was negotiated. */
const negotiations = ({ page }) => page.evaluate(() => globalThis.atrium.connections.map(({ localDescription }) => localDescription?.sdp.match(/^o=.*$/m)[0]));

test('camera and microphone are changed while live, without a negotiation', async (t) => {
  const server = await serve(t);
  const join = (name) => Participant.join(browser, server, { name, room: 'hall', size: '320x180' });
  const [ann, bob] = [await join('ann'), await join('bob')];
  await bob.keepsPlaying('ann', 10);
  const before = await captured(ann);
  const agreed = await negotiations(ann);

  await ann.page.click('#more');
  await ann.page.click('#openSettings');
  for (const select of ['#settingsCamera', '#settingsMicrophone']) {
    const other = await ann.page.$eval(select, ({ options, selectedIndex }) => [...options].map(({ value }) => value).filter((_, i) => i !== selectedIndex).at(-1));
    await ann.page.selectOption(select, other);
  }
  await until(ann.page, ([video, audio]) => {
    const { videoTrack, audioTrack } = globalThis.atrium.room.local.publications.get('webcam');
    return videoTrack && audioTrack && videoTrack.label !== video && audioTrack.label !== audio;
  }, before);
  t.diagnostic(`from ${before.join(' and ')} to ${(await captured(ann)).join(' and ')}`);
  await bob.keepsPlaying('ann', 20);
  await bob.hears('ann');
  assert.deepEqual(await negotiations(ann), agreed, 'no new offer');
  assert.deepEqual(ann.page.problems, []);
  await Promise.all([ann, bob].map(({ page }) => page.context().close()));
});
