import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Box } from '../../page/stage/box.ts';
import { mannersFor } from '../../page/stage/manners.ts';
import { makeScene, type Scene, type Subject, type Wishes } from '../../page/stage/scene.ts';
import { assertTidy, WINDOWS } from './tidy.ts';

const DESK: Box = { width: 1280, height: 680 };
const me: Subject = { key: 'me_webcam', user: 'me', own: true, screen: false };
const person = (index: number): Subject => ({ key: `p${index}_webcam`, user: `p${index}`, own: false, screen: false });
const people = (count: number): Subject[] => [me, ...Array.from({ length: count - 1 }, (_, index) => person(index + 1))];
const screen = (user: string, ratio?: number): Subject => ({ key: `${user}_screen`, user, own: user === 'me', screen: true, ratio });
const wishes = (further: Partial<Wishes> = {}): Wishes => ({ layout: 'auto', page: 0, corner: 'bottom-right', ...further });
const rects = (scene: Scene) => [...scene.places.values()].map(({ rect }) => rect);
const areaOf = (scene: Scene, key: string): number => {
  const { width, height } = scene.places.get(key)?.rect ?? { width: 0, height: 0 };
  return width * height;
};

test('every scene lies in every window, none over another', () => {
  for (const box of WINDOWS) {
    for (let count = 1; count <= 49; count++) {
      for (const wish of [wishes(), wishes({ layout: 'speaker' }), wishes({ layout: 'grid' }), wishes({ pinned: 'p1_webcam' })]) {
        const scene = makeScene(people(count), wish, box);
        const what = `${count} as ${JSON.stringify(wish)} in ${box.width}x${box.height}`;
        if (scene.kind !== 'two') {
          assertTidy(rects(scene), box, mannersFor(box, 49).gap, what);
        }
        assert.ok(rects(scene).every(({ width, height }) => width >= 50 && height >= 50), what);
      }
    }
  }
});

test('the pages of a scene show everybody once', () => {
  for (const box of WINDOWS) {
    for (const layout of ['grid', 'speaker'] as const) {
      const seen = new Map<string, number>();
      const { pages, large } = makeScene(people(60), wishes({ layout }), box);
      for (let page = 0; page < pages; page++) {
        for (const key of makeScene(people(60), wishes({ layout, page }), box).places.keys()) {
          seen.set(key, (seen.get(key) ?? 0) + 1);
        }
      }
      assert.equal(seen.size, 60);
      assert.ok([...seen].every(([key, times]) => times === (key === large ? pages : 1)));
    }
  }
});

test('of two people the other fills the stage and one floats over its corner, unless the grid is wanted', () => {
  for (const box of WINDOWS) {
    const scene = makeScene(people(2), wishes(), box);
    assert.equal(scene.kind, 'two');
    assert.equal(scene.places.get('me_webcam')?.role, 'floating');
    assert.ok(areaOf(scene, 'p1_webcam') > 4 * areaOf(scene, 'me_webcam'));
    for (const { x, y, width, height } of rects(scene)) {
      assert.ok(x >= 0 && y >= 0 && x + width <= box.width && y + height <= box.height);
    }
  }
  const grid = makeScene(people(2), wishes({ layout: 'grid' }), DESK);
  assert.equal(areaOf(grid, 'me_webcam'), areaOf(grid, 'p1_webcam'));
});

test('who speaks is large in the speaker layout, and never oneself', () => {
  const large = (featured?: string) => makeScene(people(5), wishes({ layout: 'speaker', featured }), DESK).large;
  assert.equal(large('p3'), 'p3_webcam');
  assert.equal(large('me'), 'p1_webcam');
  assert.equal(large(undefined), 'p1_webcam', 'somebody is, before anybody has spoken');
  const scene = makeScene(people(5), wishes({ layout: 'speaker', featured: 'p3' }), DESK);
  assert.ok(areaOf(scene, 'p3_webcam') > 8 * areaOf(scene, 'p1_webcam'));
});

test('a screen is large, in its own shape, with who speaks first beside it', () => {
  const tiles = [...people(6), screen('p2', 4 / 3)];
  const scene = makeScene(tiles, wishes({ featured: 'p4' }), DESK);
  assert.equal(scene.large, 'p2_screen');
  const { rect } = scene.places.get('p2_screen') ?? assert.fail();
  assert.ok(Math.abs(rect.width / rect.height - 4 / 3) < 0.01);
  assert.equal([...scene.places.keys()][1], 'p4_webcam');
  assert.equal(makeScene(tiles, wishes({ pinned: 'p1_webcam' }), DESK).large, 'p1_webcam', 'what is pinned comes first');
  assert.equal(makeScene([...tiles, screen('p5')], wishes(), DESK).large, 'p5_screen', 'the last one that was shared');
  assert.equal(makeScene([...people(3), screen('me')], wishes(), DESK).large, undefined, 'not one\'s own');
});

test('a pin of somebody who left is none', () => {
  assert.equal(makeScene(people(3), wishes({ pinned: 'p9_webcam' }), DESK).large, undefined);
});

test('what is large takes most of the stage', () => {
  for (const box of WINDOWS.filter(({ width, height }) => width * height > 200_000)) {
    for (const count of [3, 5, 9, 25]) {
      const scene = makeScene(people(count), wishes({ layout: 'speaker' }), box);
      const share = areaOf(scene, 'p1_webcam') / (box.width * box.height);
      assert.ok(share > 0.4, `${share.toFixed(2)} of ${box.width}x${box.height} with ${count}`);
    }
  }
});
