// The figures that need a quiet machine: run by `npm run seen`, alone.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, screenshot } from '../harness/browser.js';
import { Participant } from '../harness/participant.js';
import { playback } from '../harness/playback.js';
import { serve } from '../harness/server.js';

const skip = process.env.ATRIUM_SEEN ? false : 'needs a quiet machine: npm run seen';
const NAMES = ['Ann', 'Bob', 'Cyd', 'Dan'];
const JOINS = 15;

let browser;
before(async () => {
  browser = skip ? null : await launch();
});
after(() => browser?.close());

test('soak: four people for 30 s, without a freeze', { skip }, async (t) => {
  const server = await serve(t);
  const everybody = [];
  for (const name of NAMES) {
    everybody.push(await Participant.join(browser, server, { name, room: 'seen', size: '320x180' }));
  }
  for (const viewer of everybody) {
    for (const name of NAMES.filter((other) => other !== viewer.name)) {
      await viewer.firstPicture(name, { timeout: 30_000 });
    }
  }
  const report = await playback(everybody, { seconds: 30 });
  t.diagnostic(report.sentence);
  await screenshot(everybody[3].page, 'seen');
  assert.deepEqual(report.stillFrozen, []);
  assert.equal(report.freezes, 0);
  assert.ok(report.longestGap < 1_500, `a picture stood for ${report.longestGap} ms`);
  await Promise.all(everybody.map(({ page }) => page.context().close()));
});

test(`soak: time from Join to the first picture, ${JOINS} times`, { skip }, async (t) => {
  const server = await serve(t);
  const ann = await Participant.join(browser, server, { name: 'ann', room: 'seen' });
  const times = [];
  for (let i = 0; i < JOINS; i++) {
    const bob = await Participant.join(browser, server, { name: `bob${i}`, room: 'seen' });
    times.push(Math.round(await bob.firstPicture('ann')));
    await bob.page.context().close();
    await ann.seesOnly([]);
  }
  times.sort((a, b) => a - b);
  const p50 = times[Math.floor(JOINS * 0.5)];
  const p95 = times[Math.floor(JOINS * 0.95)];
  t.diagnostic(`first picture: p50 ${p50} ms, p95 ${p95} ms, all ${times.join(' ')}`);
  assert.ok(p50 <= 500, `p50 is ${p50} ms`);
  assert.ok(p95 <= 1_200, `p95 is ${p95} ms`);
});
