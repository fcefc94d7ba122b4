import { AtriumError, fromWire } from '../errors.ts';
import type { Writable } from '../json.ts';
import type { RemotePublication } from '../publication.ts';
import type { MediaHost } from '../seam.ts';
import { list, word } from '../wire.ts';
import type { Attachments } from './attachments.ts';
import { hopeless } from './candidates.ts';
import { Downlink, type SubscriberOffer } from './downlink.ts';
import type { ReceiveStatistics } from './statistics.ts';
import { Subscription } from './subscription.ts';

interface Failure {
  sender?: string;
  code?: number;
  message?: string | undefined;
}

const AGAIN = 1_000; // ms until another connection is tried

/** All that is received: what is wanted, asked for in batches, and the connection that brings it. */
export class Reception {
  downlink: Downlink | undefined;
  #host: MediaHost;
  #attachments: Attachments;
  #statistics: (publication: RemotePublication) => Promise<ReceiveStatistics>;
  #changed: (state: RTCPeerConnectionState) => void;
  #wanted = new Map<string, Subscription>(); // by sender
  #unwanted = new Set<string>();
  #config: RTCConfiguration | undefined; // once one is in the room
  #fresh = true; // the next connection is a new one
  #flushing = false;
  #renewal: unknown;

  constructor(
    host: MediaHost,
    attachments: Attachments,
    statistics: (publication: RemotePublication) => Promise<ReceiveStatistics>,
    changed: (state: RTCPeerConnectionState) => void,
  ) {
    this.#host = host;
    this.#attachments = attachments;
    this.#statistics = statistics;
    this.#changed = changed;
  }

  /** The subscriptions by sender. */
  get subscriptions(): ReadonlyMap<string, Subscription> {
    return this.#wanted;
  }

  /** One is in the room, with connections made so: asks for what is wanted. */
  begin(config: RTCConfiguration): void {
    this.#config = config;
    this.#later();
  }

  subscribe(publication: Writable<RemotePublication>): Promise<void> {
    const { sender } = publication;
    let subscription = this.#wanted.get(sender);
    if (!subscription) {
      subscription = new Subscription(this.#host, publication as RemotePublication, this.#attachments, this.#statistics);
      publication.subscription = subscription;
      this.#wanted.set(sender, subscription);
      this.#later();
    }
    return subscription._received.promise;
  }

  async unsubscribe(publication: RemotePublication): Promise<void> {
    const { sender } = publication;
    if (this.#wanted.get(sender)?._asked) {
      this.#unwanted.add(sender);
      this.#later();
    }
    this.end(publication, new AtriumError('aborted'));
  }

  /** It is received no longer. */
  end(publication: Writable<RemotePublication>, reason: unknown): void {
    const { sender, subscription } = publication;
    if (subscription && this.#wanted.get(sender) === subscription) {
      this.#wanted.delete(sender);
      subscription._end(reason);
      publication.subscription = undefined;
    }
  }

  /** The connection is gone. Subscriptions and their tracks remain, to be received anew. */
  drop(): void {
    this.#config = undefined;
    this.#unwanted.clear();
    this.#shut();
  }

  /** The server, or we, need a new connection, now. */
  renew(): void {
    this.#shut();
    this.#later();
  }

  offered(offer: SubscriberOffer): void {
    this.downlink ??= new Downlink(this.#host, this.#config ?? {}, {
      received: (sender, tracks) => this.#wanted.get(sender)?._take(tracks),
      changed: (state) => this.#see(state),
      lost: (error) => {
        const { platform } = this.#host.options;
        platform.log('warn', 'offer not followed', error);
        this.#renewal = platform.setTimeout(() => this.renew(), AGAIN);
      },
    });
    this.downlink.offer(offer);
  }

  /** The server has refused it, or taken it away. */
  refused({ sender, code, message }: Failure): void {
    const subscription = this.#wanted.get(String(sender));
    if (subscription) {
      this.#fail(subscription, fromWire({ code, message }));
    }
  }

  paused(params: Record<string, unknown>, paused: boolean): void {
    const subscription = this.#wanted.get(String(params['sender']));
    if (subscription) {
      const { publication } = subscription;
      const text = word(params['text']) ?? '';
      subscription._pause(paused ? text : undefined);
      const bitrate = typeof params['bitrate'] === 'number' ? params['bitrate'] : undefined;
      paused
        ? this.#host.emit('videoPaused', { publication, text, bitrate })
        : this.#host.emit('videoResumed', { publication });
    }
  }

  #shut(): void {
    this.#host.options.platform.clearTimeout(this.#renewal);
    this.downlink?.close();
    this.downlink = undefined;
    this.#fresh = true;
    this.#wanted.forEach((subscription) => subscription._suspend());
  }

  #see(state: RTCPeerConnectionState): void {
    if (state === 'failed' && !this.downlink?.watch.established) {
      for (const subscription of this.#wanted.values()) {
        const { publication } = subscription;
        this.#host.emit('subscriptionFailed', { publication, error: new AtriumError('media-blocked') });
      }
    }
    this.#changed(state);
  }

  #later(): void {
    if (this.#config && !this.#flushing) {
      this.#flushing = true;
      Promise.resolve().then(() => this.#flush());
    }
  }

  async #flush(): Promise<void> {
    this.#flushing = false;
    const senders = [...this.#unwanted];
    this.#unwanted.clear();
    if (senders.length) {
      this.#host.call('unsubscribe', { senders }).catch(() => {});
    }
    const asked = [...this.#wanted.values()].filter(({ _asked }) => !_asked);
    if (!this.#config || !asked.length) {
      return;
    }
    asked.forEach((subscription) => (subscription._asked = true));
    const fresh = this.#fresh && { fresh: true };
    this.#fresh = false;
    try {
      const params = { senders: asked.map(({ publication }) => publication.sender), ...fresh };
      const { failed } = await this.#host.call<{ failed?: unknown }>('subscribe', params);
      list<Failure>(failed).forEach((failure) => this.refused(failure));
      asked.filter(({ state, _asked }) => state !== 'ended' && _asked).forEach((subscription) => subscription._begin());
    } catch (error) {
      if (!hopeless(error)) {
        asked.filter(({ _asked }) => _asked).forEach((subscription) => this.#fail(subscription, error));
      }
    }
  }

  #fail(subscription: Subscription, error: unknown): void {
    const { publication } = subscription;
    this.end(publication, error);
    // Who has stopped meanwhile is about to be told of: that is no failure.
    if (this.#host.participants.get(publication.participant.user)?.publications.get(publication.stream) === publication) {
      this.#host.emit('subscriptionFailed', { publication, error: error as AtriumError });
    }
  }
}
