// Statistics in words that fit on a tile.

import type { ReceiveStatistics, RoomStatistics, SendStatistics } from '../../src/index.ts';

/** "1.2 Mbit/s" or "340 kbit/s". */
export function bitrate(value: number): string {
  return value >= 999_500 ? `${(value / 1e6).toFixed(1)} Mbit/s` : `${Math.round(value / 1e3)} kbit/s`;
}

const percent = (share: number): string => `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;
const ms = (seconds: number): string => `${Math.round(seconds * 1e3)} ms`;
const size = (width: number, height: number, rate: number): string => `${width}×${height} ${Math.round(rate)} fps`;
const codecOf = (codec: string | undefined): string => codec?.replace(/^(audio|video)\//, '') ?? '';
const join = (...parts: (string | undefined | false)[]): string => parts.filter(Boolean).join(' · ');

/** The lines about a stream that is received. What the SDK does not tell is left out. */
export function receivedLines({ audio, video }: ReceiveStatistics): string[] {
  const lines: string[] = [];
  if (video) {
    const { width, height, framesPerSecond, freezeCount, totalFreezesDuration } = video;
    lines.push(join(size(width, height, framesPerSecond), codecOf(video.codec)));
    lines.push(join(bitrate(video.bitrate), `loss ${percent(video.loss)}`, buffered(video.jitterBuffer)));
    if (freezeCount > 0) {
      lines.push(`${freezeCount} freezes, ${totalFreezesDuration.toFixed(1)} s`);
    }
  }
  if (audio) {
    lines.push(join(codecOf(audio.codec), bitrate(audio.bitrate), `loss ${percent(audio.loss)}`, buffered(audio.jitterBuffer)));
  }
  return lines;
}

/** The lines about a stream of one's own. */
export function sentLines({ audio, video }: SendStatistics): string[] {
  const layers = video?.layers.map((layer) => join(size(layer.width, layer.height, layer.framesPerSecond), bitrate(layer.bitrate), layer.limitedBy && `${layer.limitedBy}-limited`));
  const total = video && join(codecOf(video.codec), bitrate(video.bitrate));
  return [total, ...(layers ?? []), audio && join(codecOf(audio.codec), bitrate(audio.bitrate))].filter((line) => line !== undefined);
}

/** The lines about the whole connection. */
export function totalLines({ received, sent, roundTrip, availableOutgoing, protocol }: RoomStatistics): string[] {
  return [
    `In ${bitrate(sum(received.values()))} · out ${bitrate(sum(sent.values()))}`,
    join(
      roundTrip !== undefined && `Round trip ${ms(roundTrip)}`,
      availableOutgoing !== undefined && `can send ${bitrate(availableOutgoing)}`,
      protocol?.toUpperCase(),
    ),
  ].filter((line) => line !== '');
}

function sum(streams: Iterable<ReceiveStatistics | SendStatistics>): number {
  let total = 0;
  for (const { audio, video } of streams) {
    total += (audio?.bitrate ?? 0) + (video?.bitrate ?? 0);
  }
  return total;
}

const buffered = (seconds: number | undefined): string | undefined => (seconds === undefined ? undefined : `buffer ${ms(seconds)}`);
