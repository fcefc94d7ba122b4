// Statistics of the fake room: plausible figures that move a little.

import type { LocalPublication, ReceiveStatistics, RemotePublication, RoomStatistics, SendStatistics } from '../../src/index.ts';
import type { FakeLocal } from './fake-local.ts';
import type { FakePerson } from './fake-person.ts';

/** What Room.statistics() would say. */
export function figuresOf(people: Iterable<FakePerson>, local: FakeLocal, size: { width: number; height: number; rate: number }): RoomStatistics {
  const received = new Map<RemotePublication, ReceiveStatistics>();
  for (const [index, { remote }] of [...people].entries()) {
    for (const publication of remote.publications.values()) {
      received.set(publication, receivedOf(index, publication, size));
    }
  }
  const sent = new Map<LocalPublication, SendStatistics>();
  for (const publication of local.publications.values()) {
    sent.set(publication, sentOf(size));
  }
  return { received, sent, roundTrip: 0.038, availableOutgoing: 3_400_000, protocol: 'udp' };
}

const wave = (index: number): number => Math.sin(performance.now() / 1_700 + index);

function receivedOf(index: number, { hasVideo, stream }: RemotePublication, { width, height, rate }: { width: number; height: number; rate: number }): ReceiveStatistics {
  const audio = { bitrate: 31_000 + wave(index) * 3_000, loss: 0.002, jitter: 0.004, jitterBuffer: 0.062, codec: 'opus' };
  const shown = stream === 'screen' ? { width: 1280, height: 720 } : { width, height };
  const video = {
    bitrate: (stream === 'screen' ? 900_000 : 480_000) + wave(index) * 60_000,
    loss: Math.max(0, 0.004 * wave(index)),
    ...shown,
    framesPerSecond: rate || 1,
    freezeCount: 0,
    totalFreezesDuration: 0,
    jitterBuffer: 0.048,
    codec: 'VP8',
  };
  return hasVideo ? { audio, video } : { audio };
}

function sentOf({ width, height, rate }: { width: number; height: number; rate: number }): SendStatistics {
  const layer = (rid: string, share: number, bitrate: number) => ({
    rid,
    width: width * share,
    height: height * share,
    framesPerSecond: rate || 1,
    bitrate: bitrate + wave(3) * 10_000,
  });
  return {
    audio: { bitrate: 32_000, codec: 'opus' },
    video: { bitrate: 690_000, codec: 'VP8', layers: [layer('h', 1, 540_000), layer('l', 0.5, 150_000)] },
  };
}
