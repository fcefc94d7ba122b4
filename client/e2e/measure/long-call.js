// Half an hour on the call page, in Chromium, among synthetic people who come and go, with the buttons in use: what the
// page holds in memory, minute by minute.
//
//   node long-call.js [--minutes 30] [--people 4] [--out samples.json]

import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { launch, OUT } from '../harness/browser.js';
import { startLoad } from '../harness/load.js';
import { Participant } from '../harness/participant.js';
import { serve } from '../harness/server.js';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '30' }, people: { type: 'string', default: '4' }, out: { type: 'string' } },
});
const ends = [];
const t = { after: (end) => ends.unshift(end) };

try {
  const server = await serve(t);
  const browser = await launch(['--js-flags=--expose-gc']);
  t.after(() => browser.close());
  const seconds = Number(values.minutes) * 60 + 60;
  startLoad(t, server, [
    ...['--rooms', '1', '--publishers', values.people, '--no-publishers-receive', '--size', '320x180', '--fps', '10', '--room-name', 'long'],
    ...['--ramp', '2s', '--churn', '2/min', '--duration', `${seconds}s`],
  ]);
  const person = await Participant.join(browser, server, { name: 'ann', room: 'long-1', size: '320x180' });
  const devtools = await person.page.context().newCDPSession(person.page);
  await devtools.send('Performance.enable');
  const rows = [];
  for (let minute = 0; minute <= Number(values.minutes); minute++) {
    for (let i = 0; i < 3; i++) {
      await devtools.send('HeapProfiler.collectGarbage');
      await pause(200);
    }
    const { metrics } = await devtools.send('Performance.getMetrics');
    const of = Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
    const row = { minute, heap: of.JSHeapUsedSize, listeners: of.JSEventListeners, nodes: of.Nodes, people: (await person.others()).length, state: await person.page.evaluate(() => globalThis.atrium.state) };
    rows.push(row);
    console.log(`${minute} min: heap ${(row.heap / 1e6).toFixed(2)} MB, ${row.listeners} listeners, ${row.nodes} nodes, ${row.people} others, ${row.state}`);
    if (minute < Number(values.minutes)) {
      await use(person, minute);
      await pause(60_000 - (Date.now() % 60_000 > 55_000 ? 5_000 : 4_000));
    }
  }
  const settled = rows.slice(Math.min(5, rows.length - 2));
  for (const what of ['heap', 'listeners', 'nodes']) {
    console.log(`${what}: ${(100 * slope(settled, what)).toFixed(2)} % in ten minutes since minute ${settled[0].minute}`);
  }
  console.log(`problems of the page: ${JSON.stringify(person.page.problems)}`);
  writeFileSync(values.out ?? `${OUT}long-call.json`, JSON.stringify(rows));
} finally {
  for (const end of ends) {
    await end();
  }
}

/** What a person does in a call. */
async function use({ page, say }, minute) {
  for (const key of ['v', 'v', 'm', 'm', 'l', 'p', 'p', 'h', 'h']) {
    await page.keyboard.press(key);
    await pause(300);
  }
  await say.call({ page }, `minute ${minute}`);
  await page.evaluate(() => document.activeElement?.blur());
}

/** The growth in ten minutes by least squares, as a share of the mean. */
function slope(list, what) {
  const mean = (of) => list.reduce((sum, row) => sum + row[of], 0) / list.length;
  const [x, y] = [mean('minute'), mean(what)];
  const up = list.reduce((sum, row) => sum + (row.minute - x) * (row[what] - y), 0);
  const down = list.reduce((sum, row) => sum + (row.minute - x) ** 2, 0);
  return (10 * up) / down / y;
}
