import assert from 'node:assert/strict';
import test from 'node:test';
import { Sample } from '../../src/core/media/reduction.ts';
import { settled } from './clock.ts';
import { Bench } from './media-bench.ts';
import { CHROMIUM, FIREFOX } from './recorded-statistics.ts';

type Entries = [string, object][];

const report = (entries: readonly { id: string }[]): Entries => entries.map((entry) => [entry.id, entry]);

/** The same report `ms` later, with counters grown by so much wherever there are such. */
function later(entries: readonly { id: string }[], ms: number, grown: Record<string, number>): { id: string }[] {
  return entries.map((entry) => {
    const next: Record<string, unknown> & { id: string } = { ...entry };
    next['timestamp'] = (next['timestamp'] as number) + ms;
    for (const [name, by] of Object.entries(grown)) {
      if (typeof next[name] === 'number') {
        next[name] += by;
      }
    }
    return next;
  });
}

const since = (entries: readonly { id: string }[], grown: Record<string, number>): Sample =>
  new Sample(report(later(entries, 2_000, grown)), new Sample(report(entries)));

test('sound and picture of each section are told apart in both browsers', () => {
  for (const { received } of [CHROMIUM, FIREFOX]) {
    const found = since(received, { bytesReceived: 100_000, packetsReceived: 90, packetsLost: 10, framesDecoded: 50 }).received();
    const { audio } = found.get('0')!.statistics;
    assert.deepEqual([audio!.codec, audio!.bitrate, audio!.loss], ['opus', 400_000, 0.1]);
    const { video } = found.get('1')!.statistics;
    assert.deepEqual([video!.codec, video!.bitrate, video!.loss], ['vp8', 400_000, 0.1]);
    assert.ok(video!.width >= 320);
  }
});

test('without an earlier look there are no rates yet', () => {
  const { audio } = new Sample(report(CHROMIUM.received)).received().get('0')!.statistics;
  assert.deepEqual([audio!.bitrate, audio!.loss, audio!.jitterBuffer], [0, 0, 0]);
});

test('the server is told sums, and no silence that nobody made', () => {
  assert.deepEqual(new Sample(report(CHROMIUM.received)).received().get('0')!.measured, {
    concealedSamples: 94_848 - 57_360, totalSamplesReceived: 1_833_120, packetsLost: 0,
  });
  const { measured } = new Sample(report(FIREFOX.received)).received().get('1')!;
  assert.equal(measured.freezeCount, 7);
  assert.equal(measured.framesDecoded, 836);
});

test('the sizes that are sent are listed, the largest first, and those that are not are left out', () => {
  const firefox = since(FIREFOX.sent, { bytesSent: 25_000 }).sent();
  assert.deepEqual(firefox.get('1')!.video!.layers.map(({ rid, width }) => [rid, width]), [['h', 1280], ['l', 320]]);
  assert.equal(firefox.get('1')!.video!.bitrate, 300_000);
  assert.equal(firefox.get('2')!.video!.layers[0]!.width, 1920);
  const chromium = since(CHROMIUM.sent, { bytesSent: 25_000 }).sent();
  assert.deepEqual(chromium.get('1')!.video!.layers.map(({ rid }) => rid), ['l']);
  assert.equal(chromium.get('0')!.audio!.codec, 'opus');
});

test('the path is that of the selected pair', () => {
  assert.deepEqual(new Sample(report(CHROMIUM.sent)).path(), { roundTrip: 0.006, availableOutgoing: 650_371, protocol: 'udp' });
  assert.deepEqual(new Sample(report(FIREFOX.sent)).path(), { roundTrip: 0.002, availableOutgoing: undefined, protocol: 'udp' });
  assert.equal(new Sample([]).path().protocol, undefined);
});

test('a room looks every interval, and reports to the server every second time', async () => {
  const bench = new Bench({ statisticsInterval: 2_000 });
  const bob = bench.publishes('bob');
  await bench.join();
  await bench.offer(1, { bob_webcam: ['0', '1'] });
  bench.down.stats = report(FIREFOX.received);
  await bench.clock.pass(2_000);
  assert.deepEqual(bench.asked('reportStatistics'), []);
  await bench.clock.pass(2_000);
  const [told] = bench.asked('reportStatistics');
  assert.deepEqual(Object.keys(told!).sort(), [
    'concealedSamples', 'framesDecoded', 'freezeCount', 'packetsLost', 'sender', 'totalFreezesDuration', 'totalSamplesReceived',
  ]);
  bench.state = 'reconnecting';
  await bench.clock.pass(20_000);
  assert.equal(bench.asked('reportStatistics').length, 1);
  assert.equal((await bob.subscription!.statistics()).video!.width, 320);
  bench.media.close();
  await settled();
  assert.equal(bench.clock.running, 0);
});
