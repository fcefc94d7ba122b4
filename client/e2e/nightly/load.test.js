// Synthetic publishers of atrium load, judged by a real browser.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { launch, screenshot, until } from '../harness/browser.js';
import { startLoad } from '../harness/load.js';
import { Participant } from '../harness/participant.js';
import { playback } from '../harness/playback.js';
import { serve } from '../harness/server.js';

const ROOM = 'load-1';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** Writes a scenario with one publisher of each codec; answers its path. */
async function scenario(t) {
  const folder = await mkdtemp(`${tmpdir()}/atrium-load-`);
  t.after(() => rm(folder, { recursive: true }));
  const groups = ['vp8', 'vp9', 'h264', 'av1'].map((codec) => `  ${codec}: {count: 1, publish: {codec: ${codec}, size: 320x180}}`);
  await writeFile(`${folder}/four.yaml`, `duration: 2m\nramp: 1s\ngroups:\n${groups.join('\n')}\n`);
  return `${folder}/four.yaml`;
}

/** How much of the picture of `user` changes within `milliseconds`: the mean difference of its pixels, 0 to 255. */
function change(viewer, user, milliseconds) {
  return viewer.page.evaluate(
    async ([name, wait]) => {
      const video = document.querySelector(`.tile[data-user="${name}"] video`);
      const canvas = new OffscreenCanvas(160, 90);
      const context = canvas.getContext('2d', { willReadFrequently: true });
      const look = () => {
        context.drawImage(video, 0, 0, 160, 90);
        return context.getImageData(0, 0, 160, 90).data;
      };
      const before = look();
      await new Promise((resolve) => setTimeout(resolve, wait));
      const now = look();
      return now.reduce((sum, value, i) => sum + Math.abs(value - before[i]), 0) / now.length;
    },
    [user, milliseconds],
  );
}

test('a browser plays four synthetic publishers, one of each codec, and hears them', async (t) => {
  const server = await serve(t);
  startLoad(t, server, ['--scenario', await scenario(t)]);
  const viewer = await Participant.join(browser, server, { name: 'viewer', room: ROOM, size: '320x180' });
  await until(viewer.page, () => document.querySelectorAll('#tiles .tile:not(.own)').length === 4, undefined, { timeout: 20_000 });
  const users = await viewer.others();
  for (const user of users) {
    await viewer.firstPicture(user, { timeout: 20_000 });
    await viewer.hears(user, { timeout: 20_000 });
  }
  const report = await playback([viewer], { seconds: 8 });
  t.diagnostic(report.sentence);
  assert.deepEqual(report.stillFrozen, []);
  assert.ok(report.slowest >= 20, report.sentence);
  for (const user of users) {
    const moved = await change(viewer, user, 500);
    assert.ok(moved > 1, `the picture of ${user} moves: ${moved}`);
  }
  await screenshot(viewer.page, 'load-four');
});

test('the generator, the server and the browser count the same packets', async (t) => {
  const server = await serve(t);
  const viewer = await Participant.join(browser, server, { name: 'viewer', room: ROOM, size: '320x180' });
  const load = startLoad(t, server, ['--publishers', '1', '--subscribers', '1', '--duration', '12s', '--ramp', '0s', '--size', '640x360']);
  await until(viewer.page, () => document.querySelectorAll('#tiles .tile:not(.own)').length >= 1, undefined, { timeout: 20_000 });
  const seen = await lastCounts(viewer);
  const run = await load.result();
  const text = await (await fetch(`${server.operator}/metrics`)).text();
  const sent = [...text.matchAll(/^atrium_media_packets_sent_total\{kind="\w+"\} (\S+)$/gm)].reduce((sum, [, n]) => sum + Number(n), 0);

  const { total } = run;
  const publisher = run.clients.find((client) => client.group === 'publishers');
  const subscriber = run.clients.find((client) => client.group === 'subscribers');
  t.diagnostic(
    `server sent ${sent} packets; generator received ${total.packets} and lost ${total.lost}, browser received ` +
      `${seen.packets} and lost ${seen.lost}; of the publisher's ${publisher.summary.packets_sent} packets`,
  );
  const difference = sent - (total.packets + total.lost + seen.packets + seen.lost);
  // The browser's last count is as old as its last answer: half a second of media on a crowded machine.
  assert.ok(Math.abs(difference) <= 0.01 * sent, `${difference} packets apart of ${sent}`);
  assert.ok(seen.frames > 200, `${seen.frames} frames`);
  assert.ok(subscriber.summary.frames > 200, `${subscriber.summary.frames} frames`);
});

/** Follows what the browser counts of everything it receives, until the synthetic participants are gone. */
async function lastCounts(viewer) {
  let last = null;
  for (;;) {
    const users = await viewer.others();
    const all = (await Promise.all(users.map((user) => viewer.stats(user)))).filter((stats) => stats?.videoPacketsReceived);
    if (all.length === 0 && last) {
      return last;
    }
    if (all.length > 0) {
      const sum = (...names) => all.reduce((total, stats) => total + names.reduce((n, name) => n + (stats[name] ?? 0), 0), 0);
      last = {
        packets: sum('videoPacketsReceived', 'audioPacketsReceived'),
        lost: sum('videoPacketsLost', 'audioPacketsLost'),
        frames: sum('framesDecoded'),
      };
    }
    await pause(100);
  }
}
