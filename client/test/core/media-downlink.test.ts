import assert from 'node:assert/strict';
import test from 'node:test';
import { AtriumError } from '../../src/core/errors.ts';
import { settled } from './clock.ts';
import { Bench, FakeElement, refuse } from './media-bench.ts';
import { rejects } from './stay.ts';

const SHARED = { bob_webcam: ['0', '1'], cyd_webcam: ['2', '3'] };

async function inRoom(options = {}): Promise<{ bench: Bench; bob: ReturnType<Bench['publishes']>; cyd: ReturnType<Bench['publishes']> }> {
  const bench = new Bench(options);
  const bob = bench.publishes('bob');
  const cyd = bench.publishes('cyd');
  await bench.join();
  return { bench, bob, cyd };
}

test('all that is there is asked for in one request', async () => {
  const { bench } = await inRoom();
  assert.deepEqual(bench.asked('subscribe'), [{ senders: ['bob_webcam', 'cyd_webcam'], fresh: true }]);
  bench.publishes('dan');
  bench.publishes('eve', 'screen');
  await settled();
  assert.deepEqual(bench.asked('subscribe')[1], { senders: ['dan_webcam', 'eve_screen'] });
});

test('without autoSubscribe nothing is asked for until somebody does', async () => {
  const { bench, bob } = await inRoom({ autoSubscribe: false });
  assert.deepEqual(bench.asked('subscribe'), []);
  assert.equal(bob.subscription, undefined);
  const subscribing = bob.subscribe();
  await settled();
  assert.equal(bob.subscription!.state, 'requested');
  await bench.offer(1, { bob_webcam: ['0', '1'] });
  await subscribing;
  assert.equal(bob.subscription!.state, 'active');
});

test('an offer is answered, and its tracks are told of when sound and picture are both there', async () => {
  const { bench, bob } = await inRoom();
  const at: unknown[] = [];
  bench.emit = (name, event) => void (name === 'trackSubscribed' && at.push([bob.subscription!.audio, bob.subscription!.video, event]));
  await bench.offer(1, { bob_webcam: ['0', '1'] });
  assert.deepEqual(bench.asked('subscriberAnswer'), [{ number: 1, sdpAnswer: 'answer ice1 0:audio:recvonly 1:video:recvonly' }]);
  const { audio, video } = bob.subscription!;
  assert.deepEqual(at, [
    [audio, video, { track: audio, publication: bob }],
    [audio, video, { track: video, publication: bob }],
  ]);
  await bench.offer(2, SHARED);
  assert.equal(bob.subscription!.audio, audio, 'the same as before');
});

test('an offer that comes again is answered with the same answer', async () => {
  const { bench } = await inRoom();
  await bench.offer(1, SHARED);
  const before = bench.heard('trackSubscribed').length;
  await bench.offer(1, SHARED);
  const [first, second] = bench.asked('subscriberAnswer');
  assert.deepEqual(first, second);
  assert.equal(bench.heard('trackSubscribed').length, before);
});

test('an offer that comes during another waits for it', async () => {
  const { bench } = await inRoom();
  const offers = [bench.offer(1, { bob_webcam: ['0', '1'] }), bench.offer(2, SHARED)];
  await Promise.all(offers);
  assert.deepEqual(bench.asked('subscriberAnswer').map(({ number }) => number), [1, 2]);
  assert.equal(bench.down.signalingState, 'stable');
});

test('an offer that cannot be followed makes a new connection, on which all is asked for anew', async () => {
  const { bench, bob } = await inRoom();
  await bench.offer(1, SHARED);
  const { video } = bob.subscription!;
  bench.notify('subscriberOffer', { number: 2, sdpOffer: 'rubbish', streams: [] });
  await settled();
  assert.equal(bench.asked('subscribe').length, 1, 'not without end');
  await bench.clock.pass(1_000);
  assert.deepEqual(bench.asked('subscribe').at(-1), { senders: ['bob_webcam', 'cyd_webcam'], fresh: true });
  await bench.offer(1, SHARED);
  assert.equal(bench.peers.length, 3);
  assert.equal(bob.subscription!.video, video);
  assert.equal(video!.track, bench.down.getTransceivers()[1]!.receiver.track.real);
});

test('elements go on with the tracks of a new connection, without being reset', async () => {
  const { bench, bob } = await inRoom();
  await bench.offer(1, SHARED);
  const { audio, video } = bob.subscription!;
  const element = new FakeElement();
  audio!.attach(element);
  video!.attach(element);
  const stream = element.srcObject;
  bench.media.signalingBack(false);
  assert.deepEqual(bench.heard('trackUnsubscribed'), []);
  await bench.join();
  await bench.offer(1, SHARED);
  assert.equal(element.srcObject, stream);
  assert.deepEqual(element.tracks.map(({ real }) => real), [audio!.track, video!.track]);
  assert.equal(bench.down.getTransceivers()[0]!.receiver.track.real, audio!.track);
});

test('who stops publishing is gone from elements at once', async () => {
  const { bench, bob } = await inRoom();
  await bench.offer(1, SHARED);
  const element = new FakeElement();
  bob.subscription!.video!.attach(element);
  const { subscription } = bob;
  bench.media.streamUnpublished(bob);
  assert.equal(element.srcObject, null);
  assert.equal(subscription!.state, 'ended');
  assert.equal(bench.heard('trackUnsubscribed').length, 2);
  assert.equal(bench.views.size, 0);
  assert.deepEqual(bench.asked('unsubscribe'), []);
});

test('unsubscribing is asked for in batches too, and can be taken back', async () => {
  const { bench, bob, cyd } = await inRoom();
  await bench.offer(1, SHARED);
  await Promise.all([bob.unsubscribe(), cyd.unsubscribe()]);
  bob.subscribe();
  await settled();
  assert.deepEqual(bench.calls.filter(([name]) => name.endsWith('subscribe')).slice(1), [
    ['unsubscribe', { senders: ['bob_webcam', 'cyd_webcam'] }],
    ['subscribe', { senders: ['bob_webcam'] }],
  ]);
  assert.equal(cyd.subscription, undefined);
});

test('what the server will not send rejects and is told', async () => {
  const { bench, bob, cyd } = await inRoom({ autoSubscribe: false });
  bench.answers['subscribe'] = () => ({ failed: [{ sender: 'bob_webcam', code: 403, message: 'no' }] });
  const one = rejects(bob.subscribe(), 'not-permitted');
  const other = cyd.subscribe();
  await one;
  assert.equal(bench.heard('subscriptionFailed')[0]!['publication'], bob);
  await bench.offer(1, { cyd_webcam: ['0', '1'] });
  await other;
  bench.notify('subscriptionEnded', { sender: 'cyd_webcam', code: 302, message: 'codec' });
  assert.equal(bench.heard('subscriptionFailed')[1]!['error'].code, 'codec-unsupported');
  assert.equal(cyd.subscription, undefined);
});

test('who has stopped meanwhile is no failure', async () => {
  const bench = new Bench();
  const bob = bench.publishes('bob');
  bench.answers['subscribe'] = () => refuse(105);
  bench.participants.clear();
  await bench.join();
  assert.equal(bob.subscription, undefined);
  assert.deepEqual(bench.heard('subscriptionFailed'), []);
});

test('a session that is lost while one subscribes is no failure either', async () => {
  const bench = new Bench();
  const bob = bench.publishes('bob');
  bench.answers['subscribe'] = () => {
    throw new AtriumError('signaling-lost');
  };
  await bench.join();
  assert.deepEqual(bench.heard('subscriptionFailed'), []);
  bench.media.signalingBack(false);
  delete bench.answers['subscribe'];
  await bench.join();
  assert.deepEqual(bench.asked('subscribe').at(-1), { senders: ['bob_webcam'], fresh: true });
  assert.ok(bob.subscription);
});

test('a network that lets nothing through is said so', async () => {
  const { bench, bob } = await inRoom();
  await bench.offer(1, SHARED);
  bench.down.become('failed');
  const [first] = bench.heard('subscriptionFailed');
  assert.equal(first!['publication'], bob);
  assert.equal(first!['error'].code, 'media-blocked');
  assert.deepEqual(bench.asked('restartIce'), [{ connection: 'subscriber' }], 'and tried again');
});

test('the server pauses and resumes pictures with a sentence', async () => {
  const { bench, bob } = await inRoom();
  await bench.offer(1, SHARED);
  bench.notify('videoPaused', { sender: 'bob_webcam', text: 'paused: slow', bitrate: 100 });
  assert.equal(bob.subscription!.state, 'paused');
  assert.equal(bob.subscription!.pausedText, 'paused: slow');
  bench.notify('videoResumed', { sender: 'bob_webcam' });
  assert.equal(bob.subscription!.state, 'active');
  assert.deepEqual(bench.heard('videoPaused'), [{ publication: bob, text: 'paused: slow', bitrate: 100 }]);
  assert.equal(bench.heard('videoResumed').length, 1);
});

test('one element holds one sound and one picture; the next one takes its place', async () => {
  const { bench, bob, cyd } = await inRoom();
  await bench.offer(1, SHARED);
  const element = new FakeElement();
  bob.subscription!.audio!.attach(element);
  bob.subscription!.video!.attach(element);
  cyd.subscription!.video!.attach(element);
  assert.deepEqual(element.tracks.map(({ real }) => real), [bob.subscription!.audio!.track, cyd.subscription!.video!.track]);
  cyd.subscription!.video!.detach(element);
  assert.equal(element.tracks.length, 1);
  bob.subscription!.audio!.detach();
  assert.equal(element.srcObject, null);
});

test('the chosen loudspeaker plays what is attached before and after', async () => {
  const { bench, bob } = await inRoom();
  await bench.offer(1, SHARED);
  const [before, after] = [new FakeElement(), new FakeElement()];
  bob.subscription!.audio!.attach(before);
  await bench.media.local.setDevice('audiooutput', 'desk');
  bob.subscription!.audio!.attach(after);
  assert.deepEqual([before.sink, after.sink], ['desk', 'desk']);
});

test('nothing goes on after the end', async () => {
  const { bench, bob } = await inRoom({ statisticsInterval: 2_000 });
  await bench.offer(1, SHARED);
  bob.subscription!.video!.attach(new FakeElement());
  await bench.media.local.publishCamera();
  bench.down.become('disconnected');
  [...bench.participants.values()].forEach(({ publications }) => publications.forEach((each) => bench.media.streamUnpublished(each)));
  bench.media.close();
  await settled();
  assert.equal(bench.clock.running, 0);
  assert.ok(bench.peers.every(({ closed }) => closed));
  assert.deepEqual(bench.devices.open, []);
  assert.equal(bench.media.local.publications.size, 0);
});
