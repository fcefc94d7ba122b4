import type { MediaHost } from '../seam.ts';
import { list } from '../wire.ts';
import { useDependencyDescriptor } from './codecs.ts';
import { trickle } from './candidates.ts';
import { ConnectionWatch } from './connection-watch.ts';

/** The notification subscriberOffer. */
export interface SubscriberOffer {
  number?: number;
  sdpOffer?: string;
  /** All that is received. */
  streams?: { sender?: string; mids?: string[] }[];
}

/** What the receiving connection tells. */
export interface DownlinkEvents {
  /** These tracks are what is received of a sender. */
  received(sender: string, tracks: MediaStreamTrack[]): void;
  changed(state: RTCPeerConnectionState): void;
  /** It is of no use: what the server said could not be followed. */
  lost(error: unknown): void;
}

/** The receiving connection: the server offers, one offer at a time, and nobody else. */
export class Downlink {
  readonly pc: RTCPeerConnection;
  readonly watch: ConnectionWatch;
  #host: MediaHost;
  #events: DownlinkEvents;
  #answered: { number: unknown; sdpAnswer: string } | undefined;
  #senders = new Map<string, string>(); // by mid
  #prepared = new Set<RTCRtpTransceiver>();
  #settled = Promise.resolve();
  #asking = false; // for new ICE credentials
  #closed = false;

  constructor(host: MediaHost, config: RTCConfiguration, events: DownlinkEvents) {
    const { platform } = host.options;
    this.#host = host;
    this.#events = events;
    this.pc = platform.peerConnection(config);
    trickle(host, 'subscriber', this.pc);
    this.watch = new ConnectionWatch(platform, this.pc, () => this.#restart(), events.changed);
  }

  /** Takes an offer, after those before it. */
  offer(offer: SubscriberOffer): void {
    this.#settled = this.#settled
      .then(() => (this.#closed ? undefined : this.#take(offer)))
      .catch((error) => (this.#closed ? undefined : this.#events.lost(error)));
  }

  /** Of whom the section with this mid is, for statistics. */
  find(mid: unknown): string | undefined {
    return this.#senders.get(mid as string);
  }

  close(): void {
    this.#closed = true;
    this.watch.stop();
    this.pc.onicecandidate = null;
    this.pc.close();
  }

  async #take({ number, sdpOffer = '', streams }: SubscriberOffer): Promise<void> {
    const { pc } = this;
    if (this.#answered?.number !== number) {
      await pc.setRemoteDescription({ type: 'offer', sdp: sdpOffer });
      this.#prepare();
      await pc.setLocalDescription();
      if (this.#closed) {
        return;
      }
      this.#answered = { number, sdpAnswer: pc.localDescription!.sdp };
    }
    // One that does not arrive is asked for again after the line was lost, or is of a connection that is gone.
    this.#host.call('subscriberAnswer', this.#answered).catch(() => {});
    this.#hand(list<{ sender?: string; mids?: string[] }>(streams));
  }

  #prepare(): void {
    for (const transceiver of this.pc.getTransceivers()) {
      if (!this.#prepared.has(transceiver) && transceiver.receiver.track.kind === 'video') {
        this.#prepared.add(transceiver);
        useDependencyDescriptor(transceiver);
      }
    }
  }

  #hand(streams: { sender?: string; mids?: string[] }[]): void {
    this.#senders = new Map(streams.flatMap(({ sender = '', mids = [] }) => mids.map((mid) => [mid, sender] as const)));
    const received = new Map<string, MediaStreamTrack[]>();
    for (const { mid, receiver } of this.pc.getTransceivers()) {
      const sender = this.find(mid);
      if (sender !== undefined) {
        received.set(sender, [...(received.get(sender) ?? []), receiver.track]);
      }
    }
    received.forEach((tracks, sender) => this.#events.received(sender, tracks));
  }

  async #restart(): Promise<void> {
    this.#host.probe();
    if (!this.#asking) {
      this.#asking = true;
      await this.#host.call('restartIce', { connection: 'subscriber' }).catch(() => {});
      this.#asking = false;
    }
  }
}
