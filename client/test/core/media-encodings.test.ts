import assert from 'node:assert/strict';
import test from 'node:test';
import { encodingsOf, fit, type Picture } from '../../src/core/media/encodings.ts';
import { settled } from './clock.ts';
import { FakeTrack } from './fake-devices.ts';
import { Bench } from './media-bench.ts';

const picture = (width: number, height: number, more: Partial<Picture> = {}): Picture => ({
  width, height, screen: false, options: {}, scalable: false, ...more,
});

const table = (encodings: RTCRtpEncodingParameters[]): string[] =>
  encodings.map((each) => `${each.rid} ${each.active ? `1/${each.scaleResolutionDownBy} ${each.maxBitrate! / 1000}` : 'off'}`);

test('a camera is sent in as many sizes as are worth it', () => {
  assert.deepEqual(table(encodingsOf(picture(1280, 720))), ['l 1/4 150', 'm 1/2 500', 'h 1/1 1700']);
  assert.deepEqual(table(encodingsOf(picture(0, 0))), ['l 1/4 150', 'm 1/2 500', 'h 1/1 1700'], 'not open yet');
  assert.deepEqual(table(encodingsOf(picture(720, 1280))), ['l 1/4 150', 'm 1/2 500', 'h 1/1 1700'], 'upright');
  assert.deepEqual(table(encodingsOf(picture(1920, 1080))), ['l 1/4 300', 'm 1/2 1000', 'h 1/1 3450']);
  assert.deepEqual(table(encodingsOf(picture(960, 540))), ['l 1/4 100', 'm 1/2 300', 'h 1/1 1000']);
  assert.deepEqual(table(encodingsOf(picture(640, 480))), ['l 1/2 200', 'm 1/1 650', 'h off']);
  assert.deepEqual(table(encodingsOf(picture(480, 270))), ['l 1/2 100', 'm 1/1 300', 'h off']);
  assert.deepEqual(table(encodingsOf(picture(320, 240))), ['l 1/1 200', 'm off', 'h off']);
});

test('what nobody watches is off, but never all, and other cameras keep that', () => {
  const encodings = encodingsOf(picture(1280, 720));
  const unwatched = new Set(['l', 'm', 'h']);
  assert.deepEqual(table(fit(encodings, picture(1280, 720), unwatched)), ['l 1/4 150', 'm off', 'h off']);
  assert.deepEqual(table(fit(encodings, picture(640, 480), new Set(['m']))), ['l 1/2 200', 'm off', 'h off']);
  assert.deepEqual(table(fit(encodings, picture(1280, 720), new Set())), ['l 1/4 150', 'm 1/2 500', 'h 1/1 1700']);
});

test('a screen, one size, and scalable video are one encoding without a RID', () => {
  assert.deepEqual(encodingsOf(picture(1920, 1080, { screen: true })), [{ maxBitrate: 2_500_000, active: true }]);
  assert.deepEqual(encodingsOf(picture(1280, 720, { options: { simulcast: false } })), [{ maxBitrate: 1_700_000, active: true }]);
  assert.deepEqual(encodingsOf(picture(1280, 720, { scalable: true })), [
    { scalabilityMode: 'L3T3_KEY', maxBitrate: 1_700_000, active: true },
  ]);
  const options = { scalabilityMode: 'L2T1' };
  assert.equal((encodingsOf(picture(1280, 720, { scalable: true, options }))[0] as { scalabilityMode?: string }).scalabilityMode, 'L2T1');
});

test('a limit of the largest size holds for the smaller ones in proportion', () => {
  const encodings = encodingsOf(picture(1280, 720, { options: { maxBitrate: 850_000, maxFramerate: 15 } }));
  assert.deepEqual(encodings.map(({ maxBitrate }) => maxBitrate), [75_000, 250_000, 850_000]);
  assert.deepEqual(encodings.map(({ maxFramerate }) => maxFramerate), [15, 15, 15]);
});

async function sectionOf(bench: Bench, codec: 'auto' | 'vp9' | 'av1'): Promise<ReturnType<Bench['up']['getTransceivers']>[0]> {
  await bench.join();
  await bench.media.local.publish('x', [new FakeTrack('video').real], { codec });
  await settled();
  return bench.picture;
}

test('the codec decides between simulcast and scalable video', async () => {
  const auto = await sectionOf(new Bench(), 'auto');
  assert.deepEqual(auto.preferred, [], 'the browser has its own order, VP8 first');
  assert.equal(auto.sender.encodings.length, 3);
  const vp9 = await sectionOf(new Bench(), 'vp9');
  assert.equal(vp9.preferred[0], 'video/VP9');
  assert.equal(vp9.sender.encodings.length, 1);
  const firefox = await sectionOf(new Bench({}, { supportsSVC: false }), 'av1');
  assert.equal(firefox.preferred[0], 'video/AV1');
  assert.equal(firefox.sender.encodings.length, 3);
});

test('sound is sent with repetitions unless one does not want them', async () => {
  const bench = new Bench();
  await bench.join();
  await bench.media.local.publish('x', [new FakeTrack('audio').real]);
  await bench.media.local.publish('y', [new FakeTrack('audio').real], { audioRed: false });
  assert.deepEqual(bench.up.getTransceivers().map(({ preferred }) => preferred[0]), ['audio/red', undefined]);
});
