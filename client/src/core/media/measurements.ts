import type { RemotePublication } from '../publication.ts';
import type { MediaHost } from '../seam.ts';
import type { LocalPublication } from './local-publication.ts';
import type { Reception } from './reception.ts';
import { Sample } from './reduction.ts';
import type { Measured, ReceiveStatistics, RoomStatistics, SendStatistics } from './statistics.ts';
import type { Uplink } from './uplink.ts';

const FRESH = 500; // ms; two looks that follow each other see the same
const TURNS = 2; // of looking, for each report to the server

/** Looks at the statistics of both connections from time to time, and tells the server what it cannot see itself. */
export class Measurements {
  #host: MediaHost;
  #reception: Reception;
  #uplink: () => Uplink | undefined;
  #up: Sample | undefined;
  #down: Sample | undefined;
  #measured = new Map<RemotePublication, Measured>();
  #last: { at: number; promise: Promise<RoomStatistics> } | undefined;
  #turn = 0;
  #timer: unknown;

  constructor(host: MediaHost, reception: Reception, uplink: () => Uplink | undefined) {
    this.#host = host;
    this.#reception = reception;
    this.#uplink = uplink;
  }

  start(): void {
    this.stop();
    const { platform, statisticsInterval } = this.#host.options;
    if (statisticsInterval > 0) {
      this.#timer = platform.setTimeout(() => {
        this.start();
        this.#look().catch((error) => platform.log('warn', 'no statistics', error));
      }, statisticsInterval);
    }
  }

  stop(): void {
    this.#host.options.platform.clearTimeout(this.#timer);
  }

  /** How it is now, compared with the last time. */
  now(): Promise<RoomStatistics> {
    const at = this.#host.options.platform.now();
    if (!this.#last || at - this.#last.at > FRESH) {
      this.#last = { at, promise: this.#measure() };
    }
    return this.#last.promise;
  }

  async #look(): Promise<void> {
    if (this.#host.state !== 'connected') {
      return;
    }
    this.#host._judge();
    await this.now();
    if (++this.#turn % TURNS === 0) {
      for (const [{ sender }, measured] of this.#measured) {
        this.#host.call('reportStatistics', { sender, ...measured }).catch(() => {}); // they may have left
      }
    }
  }

  async #measure(): Promise<RoomStatistics> {
    const { downlink, subscriptions } = this.#reception;
    const uplink = this.#uplink();
    const [down, up] = await Promise.all([downlink?.pc.getStats(), uplink?.pc.getStats()]);
    this.#down = down && new Sample(pairs(down), this.#down);
    this.#up = up && new Sample(pairs(up), this.#up);
    const received = new Map<RemotePublication, ReceiveStatistics>();
    this.#measured.clear();
    for (const [mid, { statistics, measured }] of this.#down?.received() ?? []) {
      const publication = subscriptions.get(downlink!.find(mid) ?? '')?.publication;
      if (publication) {
        received.set(publication, { ...received.get(publication), ...statistics });
        this.#measured.set(publication, { ...this.#measured.get(publication), ...measured });
      }
    }
    const sent = new Map<LocalPublication, SendStatistics>();
    for (const [mid, statistics] of this.#up?.sent() ?? []) {
      const publication = uplink!.find(mid);
      if (publication) {
        sent.set(publication, { ...sent.get(publication), ...statistics });
      }
    }
    return { ...this.#down?.path(), ...this.#up?.path(), received, sent };
  }
}

function pairs(report: RTCStatsReport): [string, unknown][] {
  const found: [string, unknown][] = [];
  report.forEach((entry: unknown, id: string) => found.push([id, entry]));
  return found;
}
