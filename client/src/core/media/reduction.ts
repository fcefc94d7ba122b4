/** Reduces W3C's statistics (webrtc-stats) to what people and the server want to know. */
import type { ReceiveStatistics, RoomStatistics, SendStatistics, Measured } from './statistics.ts';

/** The members of the entries of getStats that are looked at; all numbers unless said otherwise. */
interface Numbers {
  bytesReceived: number;
  bytesSent: number;
  packetsReceived: number;
  packetsLost: number;
  jitter: number;
  jitterBufferDelay: number;
  jitterBufferEmittedCount: number;
  concealedSamples: number;
  silentConcealedSamples: number;
  totalSamplesReceived: number;
  frameWidth: number;
  frameHeight: number;
  framesPerSecond: number;
  framesDecoded: number;
  freezeCount: number;
  totalFreezesDuration: number;
  currentRoundTripTime: number;
  availableOutgoingBitrate: number;
}

interface Entry extends Partial<Numbers> {
  id: string;
  type: string;
  timestamp: number;
  kind?: 'audio' | 'video';
  mid?: string;
  rid?: string;
  codecId?: string;
  qualityLimitationReason?: string;
  mimeType?: string;
  localCandidateId?: string;
  protocol?: string;
  selected?: boolean; // Firefox
  selectedCandidatePairId?: string; // the others, of the transport
}

/** The entries of one getStats with those of the one before. */
export class Sample {
  #entries = new Map<string, Entry>();
  #before: ReadonlyMap<string, Entry>;

  constructor(report: Iterable<[string, unknown]>, before?: Sample) {
    for (const [id, entry] of report) {
      this.#entries.set(id, entry as Entry);
    }
    this.#before = before ? before.#entries : new Map();
  }

  /** What is received, by the mid of its section. */
  received(): Map<string, { statistics: ReceiveStatistics; measured: Measured }> {
    const found = new Map<string, { statistics: ReceiveStatistics; measured: Measured }>();
    for (const entry of this.#of('inbound-rtp')) {
      if (entry.mid !== undefined) {
        found.set(entry.mid, entry.kind === 'audio' ? this.#sound(entry) : this.#picture(entry));
      }
    }
    return found;
  }

  /** What is sent, by the mid of its section. */
  sent(): Map<string, SendStatistics> {
    const found = new Map<string, SendStatistics>();
    for (const entry of this.#of('outbound-rtp')) {
      const { mid = '', rid = '', frameWidth: width = 0, frameHeight: height = 0, framesPerSecond = 0 } = entry;
      const bitrate = this.#rate(entry, 'bytesSent') * 8;
      if (entry.kind === 'audio') {
        found.set(mid, { audio: { bitrate, codec: this.#codec(entry) } });
        continue;
      }
      const { video = { bitrate: 0, layers: [], codec: this.#codec(entry) } } = found.get(mid) ?? {};
      video.bitrate += bitrate;
      if (width && bitrate) {
        const limitedBy = entry.qualityLimitationReason?.replace('none', '') || undefined;
        video.layers.push({ rid, width, height, framesPerSecond, bitrate, limitedBy });
        video.layers.sort((a, b) => b.width - a.width);
      }
      found.set(mid, { video });
    }
    return found;
  }

  /** What is known of the path. */
  path(): Pick<RoomStatistics, 'roundTrip' | 'availableOutgoing' | 'protocol'> {
    const selected = this.#of('transport').map(({ selectedCandidatePairId }) => selectedCandidatePairId);
    const pair = this.#of('candidate-pair').find((each) => each.selected || selected.includes(each.id));
    const protocol = this.#entries.get(pair?.localCandidateId ?? '')?.protocol;
    return { roundTrip: pair?.currentRoundTripTime, availableOutgoing: pair?.availableOutgoingBitrate, protocol };
  }

  #sound(entry: Entry): { statistics: ReceiveStatistics; measured: Measured } {
    const { concealedSamples = 0, silentConcealedSamples = 0, totalSamplesReceived, packetsLost } = entry;
    const audio = { ...this.#common(entry), jitter: entry.jitter ?? 0 };
    // Silence in place of nothing is no fault: the microphone is off, say.
    const measured = { concealedSamples: concealedSamples - silentConcealedSamples, totalSamplesReceived, packetsLost };
    return { statistics: { audio }, measured };
  }

  #picture(entry: Entry): { statistics: ReceiveStatistics; measured: Measured } {
    const { freezeCount = 0, totalFreezesDuration = 0, framesDecoded } = entry;
    const video = {
      ...this.#common(entry),
      width: entry.frameWidth ?? 0,
      height: entry.frameHeight ?? 0,
      framesPerSecond: entry.framesPerSecond ?? 0,
      freezeCount,
      totalFreezesDuration,
    };
    return { statistics: { video }, measured: { freezeCount, totalFreezesDuration, framesDecoded } };
  }

  #common(entry: Entry): { bitrate: number; loss: number; jitterBuffer: number; codec: string | undefined } {
    const lost = Math.max(0, this.#grown(entry, 'packetsLost'));
    const all = lost + this.#grown(entry, 'packetsReceived');
    return {
      bitrate: this.#rate(entry, 'bytesReceived') * 8,
      loss: lost / (all || 1),
      jitterBuffer: this.#grown(entry, 'jitterBufferDelay') / (this.#grown(entry, 'jitterBufferEmittedCount') || 1),
      codec: this.#codec(entry),
    };
  }

  #codec(entry: Entry): string | undefined {
    return this.#entries.get(entry.codecId ?? '')?.mimeType?.slice(6).toLowerCase();
  }

  #of(type: string): Entry[] {
    return [...this.#entries.values()].filter((entry) => entry.type === type);
  }

  #grown(entry: Entry, name: keyof Numbers): number {
    const before = this.#before.get(entry.id);
    return before ? (entry[name] ?? 0) - (before[name] ?? 0) : 0;
  }

  // Per second.
  #rate(entry: Entry, name: keyof Numbers): number {
    const before = this.#before.get(entry.id);
    const seconds = before ? (entry.timestamp - before.timestamp) / 1000 : 0;
    return seconds > 0 ? Math.max(0, this.#grown(entry, name)) / seconds : 0;
  }
}
