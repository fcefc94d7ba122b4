// The stage of the call page with painted people, in a browser: the page that client/page/gallery.ts makes, no server.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, openPage, until } from '../harness/browser.js';
import { serveGallery } from '../harness/gallery.js';

let browser;
let gallery;
before(async () => {
  [browser, gallery] = await Promise.all([launch(), serveGallery()]);
});
after(() => Promise.all([browser?.close(), gallery?.close()]));

// Opens the stage and waits until somebody else is seen.
async function open(t, parameters, { viewport, prepare, reducedMotion = 'reduce' } = {}) {
  const url = gallery.url({ size: '160x90', rate: 4, ...parameters });
  const page = await openPage(browser, 'about:blank', { viewport, prepare });
  t.after(() => page.context().close());
  await page.emulateMedia({ reducedMotion });
  await page.goto(url);
  await until(page, () => globalThis.gallery && document.querySelector('.tile:not(.own).picture, .tile.own:only-child.picture'));
  return page;
}

const drawn = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

// The boxes of the tiles that are shown, and what is wrong with them: outside, or over another.
const arrangement = (page) =>
  page.evaluate(() => {
    const stage = document.querySelector('.stage').getBoundingClientRect();
    const tiles = [...document.querySelectorAll('.tile:not([hidden])')];
    const boxes = tiles.map((tile) => ({ ...tile.getBoundingClientRect().toJSON(), floats: tile.classList.contains('floating') }));
    const outside = boxes.filter(({ left, right, top, bottom }) => left < 0 || top < 0 || right > stage.right || bottom > stage.bottom);
    const over = boxes.filter((box, i) => !box.floats && boxes.some((other, j) => j < i && !other.floats &&
      box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom));
    return { shown: boxes.length, wrong: [...outside, ...over], least: Math.min(...boxes.map(({ width }) => width)) };
  });

for (const viewport of [{ width: 1280, height: 720 }, { width: 390, height: 844 }, { width: 844, height: 390 }]) {
  test(`1 to 49 people fit ${viewport.width}x${viewport.height}, none over another`, async (t) => {
    const page = await open(t, { people: 1, calm: 1 }, { viewport });
    for (let count = 1; count <= 49; count++) {
      if (count > 1) {
        await page.evaluate((index) => {
          const { room, personaOf } = globalThis.gallery;
          room.join(personaOf(index), { camera: false });
        }, count - 1);
      }
      for (const layout of count % 6 === 1 ? ['auto', 'speaker'] : ['auto']) {
        await page.evaluate((wanted) => globalThis.gallery.stage.setLayout(wanted), layout);
        await drawn(page);
        const { shown, wrong, least } = await arrangement(page);
        assert.deepEqual(wrong, [], `${count} people, ${layout}`);
        assert.ok(least >= 80, `${count} people, ${layout}: a tile of ${least} px`);
        const paged = await page.isVisible('.pager');
        assert.ok(paged ? shown < count : shown === count, `${shown} of ${count} are shown`);
      }
    }
    assert.deepEqual(page.problems, []);
  });
}

test('of two people one floats over a corner, and can be drawn into another one', async (t) => {
  const page = await open(t, { people: 2, calm: 1 });
  const place = () => page.$eval('.tile.own', (tile) => {
    const { x, y } = tile.getBoundingClientRect();
    return [x < innerWidth / 2, y < innerHeight / 2];
  });
  await page.waitForSelector('.tile.own.floating');
  assert.deepEqual(await place(), [false, false]);
  await page.hover('.tile.own');
  await page.mouse.down();
  await page.mouse.move(300, 200, { steps: 4 });
  await page.mouse.up();
  await drawn(page);
  assert.deepEqual(await place(), [true, true]);
  await page.evaluate(() => globalThis.gallery.room.join(globalThis.gallery.personaOf(5)));
  await page.waitForSelector('.tile.own:not(.floating)');
});

test('a click pins, and the keys: arrows go from tile to tile, Enter pins', async (t) => {
  const page = await open(t, { people: 6, calm: 1 });
  const [first] = await page.evaluate(() => globalThis.gallery.names);
  const large = () => page.evaluate(() => document.querySelector('.tile.large')?.dataset.user);
  await page.click(`.tile[data-user="${first}"] video`, { force: true });
  await drawn(page);
  assert.equal(await large(), first);
  assert.equal(await page.getAttribute('.tile.large .tile-pin', 'aria-pressed'), 'true');
  await page.click('.tile.large');
  await drawn(page);
  assert.equal(await large(), undefined);

  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press('Tab');
  const focused = () => page.evaluate(() => document.activeElement.closest('.tile')?.dataset.user);
  assert.equal(await focused(), first, 'the first of the others, as nobody pins themselves');
  await page.keyboard.press('ArrowRight');
  const second = await focused();
  assert.notEqual(second, first);
  await page.keyboard.press('ArrowDown');
  assert.notEqual(await focused(), second);
  await page.keyboard.press('Enter');
  await drawn(page);
  assert.equal(await large(), await focused(), 'the focus stays where it was');
  const stops = await page.$$eval('.tile-pin', (pins) => pins.filter(({ tabIndex }) => tabIndex === 0).length);
  assert.equal(stops, 1, 'all tiles are one stop of the tab key');
});

test('who speaks on another page comes onto the first one, and is framed', async (t) => {
  const page = await open(t, { people: 20, calm: 1 }, { viewport: { width: 390, height: 844 } });
  const last = await page.evaluate(() => globalThis.gallery.names.at(-1));
  assert.equal(await page.isVisible(`.tile[data-user="${last}"]`), false);
  await page.evaluate((user) => globalThis.gallery.room.speak(user), last);
  await page.waitForSelector(`.tile[data-user="${last}"].speaking`);
  assert.equal((await page.$$('.tile.speaking')).length, 1);
  assert.equal(await page.isVisible('.tile.own'), true, 'oneself stays');
  await page.click('.pager-button.on');
  await drawn(page);
  assert.equal(await page.isVisible('.tile.own'), false);
});

test('a pause shows the server\'s sentence until the next picture, a camera that is off the initials', async (t) => {
  const page = await open(t, { people: 3, calm: 1 });
  const user = await page.evaluate(() => globalThis.gallery.names[0]);
  const tile = `.tile[data-user="${user}"]`;
  await page.waitForSelector(`${tile}.picture`);
  await page.evaluate((name) => globalThis.gallery.room.pause(name, 'paused: <b>180</b> kbit/s'), user);
  assert.equal(await page.textContent(`${tile}.paused .tile-pause`), 'Paused: <b>180</b> kbit/s');
  await page.evaluate((name) => globalThis.gallery.room.pause(name, undefined), user);
  await page.waitForSelector(`${tile}.picture:not(.paused)`);
  await page.evaluate((name) => globalThis.gallery.room.mark(name, { videoOff: true, audioMuted: true }), user);
  await page.waitForSelector(`${tile}.camera-off:not(.picture) .tile-badge.muted:not([hidden])`);
  assert.equal(await page.getAttribute(`${tile} .tile-badge.muted`, 'title'), 'muted by a moderator');
  await page.evaluate((name) => globalThis.gallery.room.mark(name, { videoOff: false, audioMuted: false }), user);
  await page.waitForSelector(`${tile}.picture:not(.camera-off)`);
  assert.equal(await page.isVisible(`${tile} .tile-badge.muted`), false);
});

test('a screen is large in its own shape, beside it first who speaks; at its end the grid is back', async (t) => {
  const page = await open(t, { people: 5, calm: 1, screen: 1 });
  const shape = await until(page, () => {
    const tile = document.querySelector('.tile.screen.large.picture');
    return tile && [tile.clientWidth / tile.clientHeight, tile.dataset.fit];
  });
  assert.ok(Math.abs(shape[0] - 16 / 9) < 0.02, shape[0]);
  assert.equal(shape[1], 'contain');
  const [speaking, topmost] = await page.evaluate(() => {
    const small = [...document.querySelectorAll('.tile.small')];
    const [first] = small.sort((a, b) => a.offsetTop - b.offsetTop || a.offsetLeft - b.offsetLeft);
    return [document.querySelector('.tile.speaking').dataset.user, first.dataset.user];
  });
  assert.equal(topmost, speaking);
  await page.evaluate(() => globalThis.gallery.room.unpublish(globalThis.gallery.names[0], 'screen'));
  await until(page, () => !document.querySelector('.tile.large') && document.querySelectorAll('.tile').length === 5);
});

test('moves are animated by transform and opacity alone, and not for who wants less motion', async (t) => {
  const moving = async (reducedMotion) => {
    const page = await open(t, { people: 5, calm: 1 }, { reducedMotion });
    await page.waitForTimeout(500);
    return page.evaluate(async () => {
      globalThis.gallery.stage.pin(globalThis.gallery.names[0]);
      await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
      const effects = [...document.querySelectorAll('.tile')].flatMap((tile) => tile.getAnimations()).map(({ effect }) => effect);
      const properties = effects.flatMap((effect) => effect.getKeyframes().flatMap((frame) => Object.keys(frame)));
      const timing = new Set(['offset', 'computedOffset', 'easing', 'composite']);
      return { moves: effects.length, properties: [...new Set(properties)].filter((name) => !timing.has(name)) };
    });
  };
  assert.deepEqual(await moving('no-preference'), { moves: 5, properties: ['transform'] });
  assert.deepEqual(await moving('reduce'), { moves: 0, properties: [] });
});

test('a burst of events is written once, with the next picture of the screen', async (t) => {
  const page = await open(t, { people: 49, calm: 1 });
  await page.waitForTimeout(500);
  const writes = await page.evaluate(async () => {
    const { room, names } = globalThis.gallery;
    const written = { class: 0, style: 0 };
    const watcher = new MutationObserver((records) => records.forEach(({ attributeName }) => written[attributeName]++));
    document.querySelectorAll('.tile').forEach((tile) => watcher.observe(tile, { attributeFilter: ['class', 'style'] }));
    for (let turn = 0; turn < 300; turn++) {
      room.speak(names[turn % names.length]);
    }
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    return written;
  });
  assert.equal(writes.style, 0, 'nobody has moved');
  assert.ok(writes.class <= 2, `${writes.class} classes for one that spoke before and one that speaks now`);
});

test('the browser holding back the sound is told, and a click plays it', async (t) => {
  const page = await open(t, { people: 3, calm: 1, sound: 1 }, {
    prepare: (opened) => opened.addInitScript(() => {
      globalThis.refuse = true;
      const { play } = HTMLMediaElement.prototype;
      HTMLMediaElement.prototype.play = function () {
        return globalThis.refuse && !this.muted ? Promise.reject(new DOMException('', 'NotAllowedError')) : play.call(this);
      };
    }),
  });
  await page.waitForSelector('.stage-unblock', { state: 'visible' });
  await page.evaluate(() => (globalThis.refuse = false));
  await page.click('.stage-unblock');
  await page.waitForSelector('.stage-unblock', { state: 'hidden' });
});

test('a lost connection is announced with what happens, and that it is back', async (t) => {
  const page = await open(t, { people: 3, calm: 1, lost: 1 });
  assert.match(await page.textContent('#banner'), /connection to the server is lost/);
  await page.evaluate(() => globalThis.gallery.room.back());
  assert.match(await page.textContent('#banner'), /is back/);
  await page.waitForSelector('#banner', { state: 'hidden' });
});

test('statistics show what there is, and nothing is measured once they are off', async (t) => {
  const page = await open(t, { people: 3, calm: 1, statistics: 1 });
  await page.waitForSelector('.tile-figures');
  assert.match(await page.textContent('.tile:not(.own) .tile-figures'), /160×90 4 fps · VP8/);
  assert.match(await page.textContent('.stage-figures'), /In .* out .*\nRound trip 38 ms/);
  await page.evaluate(() => {
    globalThis.measured = 0;
    globalThis.gallery.room.statistics = async () => globalThis.measured++;
    globalThis.gallery.stage.toggleStatistics();
  });
  assert.equal(await page.$('.tile-figures'), null);
  await page.waitForTimeout(1_200);
  assert.equal(await page.evaluate(() => globalThis.measured), 0);
});

test('people who come and go leave nothing behind, and neither does the stage', async (t) => {
  const page = await open(t, { people: 6, calm: 1, sound: 1 });
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const count = async () => {
    await session.send('HeapProfiler.collectGarbage');
    const { metrics } = await session.send('Performance.getMetrics');
    const of = (wanted) => metrics.find(({ name }) => name === wanted).value;
    return { listeners: of('JSEventListeners'), nodes: of('Nodes'), heap: of('JSHeapUsedSize') };
  };
  const rounds = (times) => page.evaluate(async (turns) => {
    const { room, personaOf, stage } = globalThis.gallery;
    for (let turn = 0; turn < turns; turn++) {
      const user = room.join(personaOf(100 + turn % 9));
      room.shares(user);
      room.speak(user);
      stage.pin(user);
      await new Promise((drawn) => requestAnimationFrame(drawn));
      room.leaves(user);
      await new Promise((drawn) => requestAnimationFrame(drawn));
    }
  }, times);
  await rounds(20);
  const before = await count();
  await rounds(100);
  const later = await count();
  t.diagnostic(`before ${JSON.stringify(before)}, after 100 people ${JSON.stringify(later)}`);
  assert.ok(later.listeners - before.listeners < 30, 'listeners');
  assert.ok(later.nodes - before.nodes < 150, 'nodes');
  assert.ok(later.heap - before.heap < 1_500_000, 'heap');

  await page.evaluate(() => {
    globalThis.gallery.stage.dispose();
    globalThis.gallery.room.join(globalThis.gallery.personaOf(30));
    globalThis.gallery.room.lose('media');
  });
  await drawn(page);
  assert.equal(await page.$eval('.stage', (root) => root.childElementCount), 0);
  assert.deepEqual(page.problems, []);
});
