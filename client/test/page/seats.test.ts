import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Featured } from '../../page/stage/featured.ts';
import { Seats } from '../../page/stage/seats.ts';

const seated = (...keys: string[]): Seats => {
  const seats = new Seats();
  keys.forEach((key) => seats.add(key));
  return seats;
};

test('who speaks on a later page changes places with whoever was silent longest', () => {
  const seats = seated('me', 'ann', 'bob', 'cyd', 'dan');
  seats.heard('ann', 1_000);
  seats.heard('bob', 500);
  assert.equal(seats.bringForward('dan', ['me', 'ann', 'bob'], (key) => key !== 'me'), true);
  assert.deepEqual(seats.order, ['me', 'ann', 'dan', 'cyd', 'bob']);
});

test('nobody moves while who speaks is visible, or while nobody may go', () => {
  const seats = seated('me', 'ann', 'bob');
  assert.equal(seats.bringForward('ann', ['me', 'ann'], () => true), false);
  assert.equal(seats.bringForward('bob', ['me', 'ann'], () => false), false);
  assert.equal(seats.bringForward('nobody', ['me', 'ann'], () => true), false);
  assert.deepEqual(seats.order, ['me', 'ann', 'bob']);
});

test('of several who never spoke the last one goes', () => {
  const seats = seated('me', 'ann', 'bob', 'cyd');
  seats.bringForward('cyd', ['me', 'ann', 'bob'], (key) => key !== 'me');
  assert.deepEqual(seats.order, ['me', 'ann', 'cyd', 'bob']);
});

test('who comes again sits at the end', () => {
  const seats = seated('ann', 'bob');
  seats.remove('ann');
  seats.add('ann');
  seats.add('me', true);
  seats.add('me', true);
  assert.deepEqual(seats.order, ['me', 'bob', 'ann']);
});

test('the featured speaker stays for a while, and then the last one named follows', () => {
  const featured = new Featured();
  assert.equal(featured.heard('ann', 'me', 0), undefined);
  assert.equal(featured.current, 'ann');
  assert.equal(featured.heard('bob', 'me', 1_000), 1_500);
  assert.equal(featured.heard('cyd', 'me', 1_200), 1_300);
  assert.equal(featured.current, 'ann');
  assert.equal(featured.advance(2_500), undefined);
  assert.equal(featured.current, 'cyd');
});

test('a short interruption changes nothing', () => {
  const featured = new Featured();
  featured.heard('ann', 'me', 0);
  featured.heard('bob', 'me', 1_000);
  featured.heard('ann', 'me', 1_500);
  assert.equal(featured.advance(2_500), undefined);
  assert.equal(featured.current, 'ann');
});

test('oneself and silence are never featured', () => {
  const featured = new Featured();
  featured.heard('me', 'me', 0);
  assert.equal(featured.current, undefined);
  featured.heard('ann', 'me', 1);
  featured.heard(undefined, 'me', 9_000);
  featured.heard('me', 'me', 9_500);
  assert.equal(featured.current, 'ann');
});

test('who leaves makes place at once', () => {
  const featured = new Featured();
  featured.heard('ann', 'me', 0);
  featured.heard('bob', 'me', 100);
  featured.remove('ann');
  assert.equal(featured.advance(200), undefined);
  assert.equal(featured.current, 'bob');
});
