// Two and four people in one room, through the real binary: they see and hear each other.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, screenshot } from '../harness/browser.js';
import { Participant } from '../harness/participant.js';
import { serve } from '../harness/server.js';
import { playback } from '../harness/playback.js';

const FIRST_PICTURE_BOUND = 5_000; // ms; the goal is a median of 500, kept by measurement on a quiet machine

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

test('two people see and hear each other', async (t) => {
  const server = await serve(t);
  const room = 'atrium';
  const ann = await Participant.join(browser, server, { name: 'ann', room });
  const bob = await Participant.join(browser, server, { name: 'bob', room });

  const toBob = await bob.firstPicture('ann');
  t.diagnostic(`from bob's click on Join to ann's picture: ${Math.round(toBob)} ms`);
  assert.ok(toBob <= FIRST_PICTURE_BOUND, `${toBob} ms`);
  await ann.firstPicture('bob');

  for (const [viewer, publisher] of [[ann, bob], [bob, ann]]) {
    await viewer.keepsPlaying(publisher.name, 45); // three seconds at half the camera's pace
    await viewer.hears(publisher.name);
    const { frameWidth, frameHeight } = await viewer.stats(publisher.name);
    const camera = await publisher.page.evaluate(() => {
      const { videoWidth, videoHeight } = document.querySelector('.tile.own video');
      return { videoWidth, videoHeight };
    });
    assert.equal(frameWidth / frameHeight, camera.videoWidth / camera.videoHeight, 'the shape is the camera\'s');
    assert.ok(frameWidth <= camera.videoWidth && frameWidth >= camera.videoWidth / 4, `${frameWidth} pixels wide`);
  }
  assert.deepEqual([...ann.page.problems, ...bob.page.problems], []);
  await screenshot(bob.page, 'two');
  await closeAll(ann, bob);
});

test('four people, and every tile plays', async (t) => {
  const server = await serve(t);
  const names = ['ann', 'bob', 'cyd', 'dan'];
  const everybody = [];
  for (const name of names) {
    everybody.push(await Participant.join(browser, server, { name, room: 'four', size: '320x180' }));
  }
  await Promise.all(
    everybody.flatMap((viewer) =>
      names.filter((name) => name !== viewer.name).map((name) => viewer.firstPicture(name, { timeout: 30_000 })),
    ),
  );
  const report = await playback(everybody, { seconds: 10 });
  t.diagnostic(report.sentence);
  // A crowded machine freezes a picture now and then by itself; what must not be is one that stays frozen.
  assert.deepEqual(report.stillFrozen, []);
  await screenshot(everybody[3].page, 'four');
  await closeAll(...everybody);
});

const closeAll = (...everybody) => Promise.all(everybody.map(({ page }) => page.context().close()));
