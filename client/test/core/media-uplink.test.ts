import assert from 'node:assert/strict';
import test from 'node:test';
import { AtriumError } from '../../src/core/errors.ts';
import { settled } from './clock.ts';
import { FakeTrack } from './fake-devices.ts';
import { Bench, refuse, sizes } from './media-bench.ts';
import { rejects } from './stay.ts';

test('camera and microphone are one offer, with a section for each', async () => {
  const bench = new Bench();
  await bench.join();
  const publication = await bench.media.local.publishCamera();
  assert.deepEqual(bench.asked('publish'), [
    { sdpOffer: 'offer ice1 0:audio:sendonly 1:video:sendonly', streams: [{ id: 'webcam', mids: ['0', '1'], off: [] }], fresh: true },
  ]);
  assert.deepEqual(bench.up.answers, ['answer']);
  assert.deepEqual(bench.devices.open, ['headset', 'front']);
  assert.equal(publication.codec, 'vp8');
  assert.deepEqual(bench.up.config.iceServers, [{ urls: 'turn:t' }]);
});

test('what is opened in the lobby is published once one is in the room', async () => {
  const bench = new Bench();
  const publication = await bench.media.local.publishCamera();
  assert.deepEqual(bench.asked('publish'), []);
  assert.equal(bench.media.local.publications.get('webcam'), publication);
  await bench.join();
  assert.equal(bench.asked('publish').length, 1);
  assert.deepEqual(bench.devices.asked.length, 1, 'captured once');
});

test('streams that are published in one go, or during an offer, are in one offer each', async () => {
  const bench = new Bench();
  await bench.join();
  const publish = (name: string) => bench.media.local.publish(name, [new FakeTrack('video').real]);
  await Promise.all([publish('a'), publish('b')]);
  assert.deepEqual(bench.asked('publish').map(({ streams }) => streams.length), [2]);
  let release = (): void => {};
  bench.answers['publish'] = () => new Promise((resolve) => (release = () => resolve({ sdpAnswer: 'x' })));
  const all = [publish('c')];
  await settled();
  all.push(publish('d'), publish('e'));
  await settled();
  assert.equal(bench.asked('publish').length, 2, 'one at a time');
  release();
  await settled();
  assert.deepEqual(bench.asked('publish')[2]!['streams'].map(({ id }: { id: string }) => id), ['a', 'b', 'c', 'd', 'e']);
  release();
  await Promise.all(all);
});

test('a refusal is rolled back, tells who has published, and stops what was captured', async () => {
  const bench = new Bench();
  await bench.join();
  bench.answers['publish'] = () => refuse(403);
  await rejects(bench.media.local.publishCamera(), 'not-permitted');
  assert.equal(bench.up.signalingState, 'stable');
  assert.deepEqual(bench.devices.open, []);
  assert.equal(bench.media.local.publications.size, 0);
  assert.deepEqual(bench.heard('localStreamEnded'), [], 'the rejection says it');
  delete bench.answers['publish'];
  await bench.media.local.publishCamera();
  assert.equal(bench.up.getTransceivers().length, 2, 'the refused sections are used again');
});

test('of several streams only the one that is not permitted is refused', async () => {
  const bench = new Bench();
  await bench.media.local.publishCamera();
  await bench.media.local.publish('poll', [new FakeTrack('video').real]);
  bench.answers['publish'] = ({ streams }) =>
    streams.some(({ id }: { id: string }) => id === 'poll') ? refuse(403) : { sdpAnswer: 'x' };
  await bench.join();
  assert.deepEqual([...bench.media.local.publications.keys()], ['webcam']);
  assert.deepEqual(bench.heard('localStreamEnded').map(({ publication }) => publication.stream), ['poll']);
});

test('a screen that ends is unpublished without an offer, and the next one takes its sections', async () => {
  const bench = new Bench();
  await bench.join();
  await bench.media.local.publishScreen();
  bench.devices.opened[0]!.end();
  await settled();
  assert.deepEqual(bench.asked('unpublishVideo'), [{ stream: 'screen' }]);
  assert.equal(bench.heard('localStreamEnded').length, 1);
  assert.deepEqual(bench.devices.open, [], 'its sound has ended too');
  await bench.media.local.publishScreen();
  assert.deepEqual(bench.asked('publish').at(-1)!['streams'][0].mids, ['0', '1']);
  assert.equal(bench.devices.opened[2]!.contentHint, 'detail');
  assert.deepEqual(bench.picture.sender.encodings, [{ maxBitrate: 2_500_000, active: true }]);
});

test('what is unpublished while the server is asked to publish it is ended after that', async () => {
  const bench = new Bench();
  await bench.join();
  const publishing = bench.media.local.publishScreen();
  await settled();
  bench.forget();
  let release = (): void => {};
  bench.answers['publish'] = () => new Promise((resolve) => (release = () => resolve({ sdpAnswer: 'x' })));
  const other = bench.media.local.publish('poll', [new FakeTrack('video').real]);
  await settled();
  await bench.media.local.unpublish('poll');
  assert.deepEqual(bench.asked('unpublishVideo'), []);
  release();
  await rejects(other, 'aborted');
  await settled();
  assert.deepEqual(bench.asked('unpublishVideo'), [{ stream: 'poll' }]);
  await publishing;
});

test('ICE is restarted after two seconds of silence, at once when it failed, and again until it works', async () => {
  const bench = new Bench();
  await bench.join();
  await bench.media.local.publishCamera();
  bench.up.become('connected');
  bench.forget();
  bench.up.become('disconnected');
  await bench.clock.pass(1_900);
  bench.up.become('connected');
  await bench.clock.pass(10_000);
  assert.deepEqual(bench.asked('publish'), [], 'a moment is no reason');
  assert.deepEqual(bench.heard('reconnecting'), []);
  bench.up.become('disconnected');
  await bench.clock.pass(2_000);
  assert.match(bench.asked('publish')[0]!['sdpOffer'], /ice2/);
  assert.equal(bench.asked('publish')[0]!['fresh'], undefined);
  assert.equal(bench.probes, 1);
  assert.deepEqual(bench.heard('reconnecting'), [{ cause: 'media' }]);
  await bench.clock.pass(6_000);
  bench.up.become('failed');
  await settled();
  assert.equal(bench.asked('publish').length, 3);
  bench.up.become('connected');
  await bench.clock.pass(20_000);
  assert.equal(bench.asked('publish').length, 3);
  assert.deepEqual(bench.heard('reconnected'), [{ resumed: true }]);
  assert.equal(bench.clock.running, 0);
});

test('after another network both connections restart, connected or not', async () => {
  const bench = new Bench();
  await bench.join();
  await bench.media.local.publishCamera();
  bench.publishes('bob');
  await settled();
  await bench.offer(1, { bob_webcam: ['0', '1'] });
  bench.peers.forEach((peer) => peer.become('connected'));
  bench.forget();
  bench.media.networkChanged();
  await settled();
  assert.match(bench.asked('publish')[0]!['sdpOffer'], /ice2/);
  assert.deepEqual(bench.asked('restartIce'), [{ connection: 'subscriber' }]);
});

test('when the server has forgotten us everything is published anew on a new connection', async () => {
  const bench = new Bench();
  await bench.join();
  await bench.media.local.publishCamera();
  bench.media.signalingLost();
  bench.media.signalingBack(false);
  assert.ok(bench.peers[0]!.closed);
  await bench.join();
  assert.equal(bench.peers.length, 2);
  assert.equal(bench.asked('publish')[1]!['fresh'], true);
  assert.equal(bench.devices.asked.length, 1, 'nothing is captured again');
  assert.equal(bench.picture.sender.track?.label, 'front');
});

test('who publishes while the session is lost has it published after the rejoin', async () => {
  const bench = new Bench();
  await bench.join();
  bench.answers['publish'] = () => {
    throw new AtriumError('signaling-lost');
  };
  const publishing = bench.media.local.publishCamera();
  await settled();
  bench.media.signalingBack(false);
  delete bench.answers['publish'];
  await bench.join();
  await publishing;
});

test('mediaError of the connection makes a new one, of a stream ends that one', async () => {
  const bench = new Bench();
  await bench.join();
  await bench.media.local.publishCamera();
  await bench.media.local.publishScreen();
  bench.notify('mediaError', { error: 'gone', connection: 'publisher' });
  await settled();
  assert.deepEqual(bench.asked('publish').at(-1)!['streams'].map(({ id }: { id: string }) => id), ['webcam', 'screen']);
  bench.notify('mediaError', { error: 'taken', endpointName: 'ann', stream: 'screen' });
  assert.deepEqual([...bench.media.local.publications.keys()], ['webcam']);
  assert.match(bench.heard('localStreamEnded')[0]!['reason'], /moderator/);
  assert.deepEqual(bench.asked('unpublishVideo'), [], 'the server knows');
});

test('candidates are sent with the name of their connection', async () => {
  const bench = new Bench();
  await bench.join();
  bench.up.onicecandidate!({ candidate: { candidate: 'candidate:1', sdpMid: '0', sdpMLineIndex: 0 } });
  bench.up.onicecandidate!({ candidate: null });
  assert.deepEqual(bench.asked('onIceCandidate'), [
    { connection: 'publisher', candidate: 'candidate:1', sdpMid: '0', sdpMLineIndex: 0 },
  ]);
});

test('encodings that nobody watches are switched off, the smallest never', async () => {
  const bench = new Bench();
  await bench.join();
  const publication = await bench.media.local.publishCamera();
  assert.deepEqual(sizes(bench.picture), ['l/4', 'm/2', 'h/1']);
  const layers = ['l', 'm', 'h'].map((rid) => ({ rid, active: false }));
  bench.notify('subscribedLayers', { stream: 'webcam', layers });
  await settled();
  assert.deepEqual(sizes(bench.picture), ['l/4', 'm/off', 'h/off']);
  assert.deepEqual(publication.layers.map(({ active }) => active), [true, false, false]);
  bench.notify('subscribedLayers', { layers: layers.map(({ rid }) => ({ rid, active: true })) });
  await settled();
  assert.deepEqual(sizes(bench.picture), ['l/4', 'm/2', 'h/1']);
});
