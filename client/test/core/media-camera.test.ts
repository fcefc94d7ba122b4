import assert from 'node:assert/strict';
import test from 'node:test';
import { settled } from './clock.ts';
import { FakeTrack } from './fake-devices.ts';
import { Bench, sizes } from './media-bench.ts';
import { rejects } from './stay.ts';

async function onAir(change?: (bench: Bench) => void): Promise<Bench> {
  const bench = new Bench();
  change?.(bench);
  await bench.join();
  await bench.media.local.publishCamera();
  bench.forget();
  return bench;
}

test('a camera that is switched off goes out, and comes back, without an offer', async () => {
  const bench = await onAir();
  const { local } = bench.media;
  const publication = local.publications.get('webcam')!;
  await local.setCamera(false);
  assert.deepEqual(bench.devices.open, ['headset']);
  assert.equal(bench.picture.sender.track, null);
  assert.equal(publication.videoTrack, undefined);
  assert.deepEqual([local.cameraOn, local.microphoneOn, publication.videoOff], [false, true, true]);
  await local.setCamera(true);
  assert.deepEqual(bench.devices.open, ['headset', 'front']);
  assert.equal(bench.picture.sender.track!.label, 'front');
  assert.equal(local.cameraOn, true);
  assert.deepEqual(bench.asked('publish'), []);
  assert.deepEqual(bench.asked('setOff'), [
    { stream: 'webcam', audio: false, video: true },
    { stream: 'webcam', audio: false, video: false },
  ]);
});

test('a microphone that is switched off stays open, and sends nothing', async () => {
  const bench = await onAir();
  const sender = bench.up.getTransceivers()[0]!.sender;
  await bench.media.local.setMicrophone(false);
  assert.equal(sender.track, null);
  assert.deepEqual(bench.devices.open, ['headset', 'front']);
  assert.equal(bench.devices.opened[0]!.enabled, false);
  await bench.media.local.setMicrophone(true);
  assert.equal(sender.track!.enabled, true);
  assert.equal(bench.devices.asked.length, 1);
});

test('what is switched off before publishing is not opened, and is told with the offer', async () => {
  const bench = new Bench();
  await bench.media.local.setCamera(false);
  await bench.join();
  await bench.media.local.publishCamera();
  assert.deepEqual(bench.devices.open, ['headset']);
  assert.deepEqual(bench.asked('publish')[0]!['streams'][0].off, ['video']);
  assert.deepEqual(sizes(bench.picture), ['l/4', 'm/2', 'h/1'], 'as for an HD camera, until one is known');
  await bench.media.local.setCamera(true);
  assert.equal(bench.picture.sender.track!.label, 'front');
});

test('a smaller camera in place of another leaves out the sizes that it does not fill', async () => {
  const bench = await onAir();
  await bench.media.local.setDevice('videoinput', 'back');
  assert.deepEqual(bench.devices.open, ['headset', 'back']);
  assert.deepEqual(sizes(bench.picture), ['l/2', 'm/1', 'h/off']);
  await bench.media.local.setDevice('videoinput', 'front');
  assert.deepEqual(sizes(bench.picture), ['l/4', 'm/2', 'h/1']);
  assert.deepEqual(bench.asked('publish'), []);
});

test('phones, which open one camera at a time, change it as well', async () => {
  const bench = await onAir(({ devices }) => (devices.exclusive = true));
  await bench.media.local.setDevice('videoinput', 'back');
  assert.deepEqual(bench.devices.open, ['headset', 'back']);
});

test('a device that cannot be opened leaves what there was', async () => {
  const bench = await onAir();
  await rejects(bench.media.local.setDevice('audioinput', 'gone'), 'device-not-found');
  assert.deepEqual(bench.devices.open, ['headset', 'front']);
  assert.equal(bench.media.local.microphoneOn, true);
});

test('a device that was chosen in the lobby is the one that is opened', async () => {
  const bench = new Bench();
  await bench.media.local.setDevice('videoinput', 'back');
  await bench.media.local.publishCamera();
  assert.deepEqual(bench.devices.open, ['headset', 'back']);
});

test('another camera takes the place of one that is unplugged', async () => {
  const bench = await onAir();
  delete bench.devices.cameras['front'];
  bench.devices.opened[1]!.end();
  await settled();
  assert.equal(bench.picture.sender.track!.label, 'back');
  assert.deepEqual(bench.heard('localStreamEnded'), []);
});

test('when there is no other, sound goes on and the loss is told', async () => {
  const bench = await onAir();
  bench.devices.cameras = {};
  bench.devices.opened[1]!.end();
  await settled();
  const publication = bench.media.local.publications.get('webcam')!;
  assert.equal(bench.heard('localStreamEnded').length, 1);
  assert.equal(publication.problems[0]!.code, 'device-not-found');
  assert.deepEqual(bench.asked('setOff'), [{ stream: 'webcam', audio: false, video: true }]);
  assert.equal(bench.media.local.cameraOn, false);
  bench.devices.cameras = { new: [1280, 720] };
  await bench.media.local.setCamera(true);
  assert.equal(bench.picture.sender.track!.label, 'new');
  assert.deepEqual(publication.problems, []);
});

test('the end of a track that the application gave opens no camera', async () => {
  const bench = new Bench();
  const videoTrack = new FakeTrack('video', 'canvas');
  await bench.media.local.publishCamera({ audio: false, videoTrack: videoTrack.real });
  videoTrack.end();
  await settled();
  assert.deepEqual(bench.devices.opened, []);
  assert.equal(bench.media.local.cameraOn, false);
});

test('with one device denied the other is published, with both it rejects and says why', async () => {
  const bench = new Bench();
  bench.devices.denied = ['video'];
  await bench.join();
  const publication = await bench.media.local.publishCamera();
  assert.deepEqual(bench.devices.open, ['headset']);
  assert.deepEqual(publication.problems.map(({ code, message }) => [code, /^Camera: .*[Aa]llow/.test(message)]), [['permission-denied', true]]);
  const other = new Bench();
  other.devices.denied = ['video', 'audio'];
  await rejects(other.media.local.publishCamera(), 'permission-denied');
  assert.equal(other.media.local.publications.size, 0);
});

test('errors tell what to do', async () => {
  const bench = new Bench();
  bench.devices.microphones = [];
  bench.devices.busy.add('front');
  const error = await bench.media.local.publishCamera().catch((reason) => reason);
  assert.equal(error.code, 'device-not-found');
  const insecure = new Bench({}, { devices: undefined, secureContext: false });
  await rejects(insecure.media.local.publishCamera(), 'insecure-origin');
  const old = new Bench({}, { devices: undefined });
  await rejects(old.media.local.publishScreen(), 'not-supported');
});

test('switches that follow each other end as the last one says', async () => {
  const bench = await onAir();
  const { local } = bench.media;
  await Promise.all([local.setCamera(false), local.setCamera(true), local.setCamera(false), local.setCamera(true)]);
  assert.equal(local.cameraOn, true);
  assert.deepEqual(bench.devices.open, ['headset', 'front']);
  await Promise.all([local.setCamera(false), local.setCamera(true), local.setCamera(false)]);
  assert.deepEqual(bench.devices.open, ['headset']);
});

test('who leaves while the camera is being opened has it closed again', async () => {
  const bench = new Bench();
  await bench.join();
  const opening = bench.media.local.publishCamera();
  bench.media.close();
  await rejects(opening, 'aborted');
  assert.deepEqual(bench.devices.open, []);
});

test('after a join that has failed the camera is still open for the next', async () => {
  const bench = new Bench();
  const publication = await bench.media.local.publishCamera();
  bench.media.close();
  assert.deepEqual(bench.devices.open, ['headset', 'front']);
  await bench.join();
  assert.equal(bench.media.local.publications.get('webcam'), publication);
  assert.equal(bench.asked('publish').length, 1);
});
