import assert from 'node:assert/strict';
import test from 'node:test';
import type { Subscription } from '../../src/core/media/subscription.ts';
import { settled } from './clock.ts';
import { Bench, FakeElement } from './media-bench.ts';

const PREFERENCES = 'setVideoPreferences';

/** Bob's picture is there, and nothing was told yet but that it is wanted small. */
async function watching(options = {}, stream = 'webcam', platform = {}): Promise<{ bench: Bench; subscription: Subscription; element: FakeElement }> {
  const bench = new Bench(options, platform);
  const bob = bench.publishes('bob', stream);
  await bench.join();
  await bench.offer(1, { [`bob_${stream}`]: ['0', '1'] });
  return { bench, subscription: bob.subscription!, element: new FakeElement() };
}

/** The element is so large, and so on. */
async function shows(bench: Bench, element: FakeElement, width: number, height: number, visible = true): Promise<void> {
  bench.views.get(element)!({ width, height, visible });
  await bench.clock.pass(200);
}

const last = (bench: Bench): unknown => bench.asked(PREFERENCES).at(-1);

test('a picture is wanted small at first, and not at all when no element shows it for two seconds', async () => {
  const { bench } = await watching();
  assert.deepEqual(bench.asked(PREFERENCES), [{ sender: 'bob_webcam', maxWidth: 16, maxHeight: 16 }]);
  await bench.clock.pass(1_900);
  assert.equal(bench.asked(PREFERENCES).length, 1);
  await bench.clock.pass(200);
  assert.deepEqual(last(bench), { sender: 'bob_webcam', maxWidth: 16, maxHeight: 16, priority: 'hidden' });
  assert.equal(bench.clock.running, 0);
});

test('the size of the element decides, in steps, and once it has settled', async () => {
  const { bench, subscription, element } = await watching();
  subscription.video!.attach(element);
  bench.forget();
  for (let width = 400; width <= 800; width += 100) {
    bench.views.get(element)!({ width, height: width / 2, visible: true });
    await bench.clock.pass(20);
  }
  assert.deepEqual(bench.asked(PREFERENCES), []);
  await bench.clock.pass(150);
  assert.deepEqual(bench.asked(PREFERENCES), [{ sender: 'bob_webcam', maxWidth: 640, maxHeight: 320 }]);
  await shows(bench, element, 810, 405);
  await shows(bench, element, 795, 397);
  assert.equal(bench.asked(PREFERENCES).length, 1, 'too little to be worth a request');
});

test('the largest element in sight decides', async () => {
  const { bench, subscription, element } = await watching();
  const large = new FakeElement();
  [element, large].forEach((each) => subscription.video!.attach(each));
  await shows(bench, element, 160, 90);
  await shows(bench, large, 1600, 900);
  assert.deepEqual(last(bench), { sender: 'bob_webcam', maxWidth: 1280, maxHeight: 720 });
  await shows(bench, large, 1600, 900, false);
  assert.deepEqual(last(bench), { sender: 'bob_webcam', maxWidth: 128, maxHeight: 64 });
  subscription.video!.detach(large);
  assert.equal(bench.views.size, 1);
});

test('what is out of sight for a moment stays; for longer it is hidden, and comes back at once', async () => {
  const { bench, subscription, element } = await watching();
  subscription.video!.attach(element);
  await shows(bench, element, 320, 180);
  bench.forget();
  await shows(bench, element, 320, 180, false);
  await bench.clock.pass(1_000);
  await shows(bench, element, 320, 180);
  await bench.clock.pass(5_000);
  assert.deepEqual(bench.asked(PREFERENCES), []);
  await shows(bench, element, 0, 0, false);
  await bench.clock.pass(2_000);
  assert.deepEqual(last(bench), { sender: 'bob_webcam', maxWidth: 256, maxHeight: 144, priority: 'hidden' });
  await shows(bench, element, 320, 180);
  assert.deepEqual(last(bench), { sender: 'bob_webcam', maxWidth: 256, maxHeight: 144 });
});

test('how dear a picture is goes with it', async () => {
  const { bench, subscription, element } = await watching();
  subscription.video!.attach(element);
  await shows(bench, element, 320, 180);
  subscription.video!.priority = 'pinned';
  await bench.clock.pass(200);
  assert.deepEqual(last(bench), { sender: 'bob_webcam', maxWidth: 256, maxHeight: 144, priority: 'pinned' });
});

test('by hand one asks for anything, until the elements decide again', async () => {
  const { bench, subscription, element } = await watching();
  subscription.video!.attach(element);
  await shows(bench, element, 320, 180);
  subscription.prefer({ priority: 'pinned', prefer: 'motion' });
  await bench.clock.pass(10);
  assert.deepEqual(last(bench), { sender: 'bob_webcam', priority: 'pinned', prefer: 'motion' });
  subscription.prefer(undefined);
  await bench.clock.pass(10);
  assert.deepEqual(last(bench), { sender: 'bob_webcam', maxWidth: 256, maxHeight: 144 });
});

test('without adaptive, or where elements cannot be watched, there is no limit', async () => {
  const { bench } = await watching({ adaptive: false });
  await bench.clock.pass(5_000);
  assert.deepEqual(bench.asked(PREFERENCES), []);
  const blind = await watching({}, 'webcam', { watchElement: undefined });
  blind.subscription.video!.attach(blind.element);
  await blind.bench.clock.pass(5_000);
  assert.deepEqual(last(blind.bench), { sender: 'bob_webcam' });
});

test('a screen stays sharp rather than smooth', async () => {
  const { bench } = await watching({}, 'screen');
  assert.deepEqual(last(bench), { sender: 'bob_screen', prefer: 'sharpness', maxWidth: 16, maxHeight: 16 });
});

test('everything is told again on a new connection, and again after a failure when something changes', async () => {
  const { bench, subscription, element } = await watching();
  subscription.video!.attach(element);
  subscription.setLayer(1);
  await shows(bench, element, 320, 180);
  bench.forget();
  bench.notify('mediaError', { error: 'gone', connection: 'subscriber' });
  await settled();
  assert.deepEqual(last(bench), { sender: 'bob_webcam', maxWidth: 256, maxHeight: 144 });
  assert.deepEqual(bench.asked('setPreferredLayers'), [{ sender: 'bob_webcam', spatialLayer: 1 }]);
  bench.answers[PREFERENCES] = () => Promise.reject(new Error('lost'));
  await shows(bench, element, 640, 360);
  bench.answers[PREFERENCES] = () => ({});
  bench.forget();
  await shows(bench, element, 640, 360);
  assert.deepEqual(last(bench), { sender: 'bob_webcam', maxWidth: 512, maxHeight: 288 });
});
