import { AtriumError } from '../errors.ts';
import { WEBCAM } from '../people.ts';
import type { RemotePublication } from '../publication.ts';
import type { Media, MediaHost } from '../seam.ts';
import { list, word, type JoinResult } from '../wire.ts';
import { Attachments } from './attachments.ts';
import type { Connection } from './candidates.ts';
import { LocalParticipant } from './local-participant.ts';
import { Measurements } from './measurements.ts';
import { Reception } from './reception.ts';
import type { RoomStatistics } from './statistics.ts';
import { Uplink } from './uplink.ts';

type Params = Record<string, unknown>;

/** The media of a room. */
export function createMedia(host: MediaHost): Media {
  return new PairedMedia(host);
}

/**
 * The media of a stay: what one publishes, on one connection, and what one receives, on another.
 *
 *     LocalParticipant ── Uplink ───> server ───> Downlink ── Reception ── Subscription ── RemoteTrack ── elements
 */
class PairedMedia implements Media {
  readonly local: LocalParticipant;
  #host: MediaHost;
  #reception: Reception;
  #uplink: Uplink | undefined; // while one is in the room
  #measurements: Measurements;
  #config: RTCConfiguration = {};
  #inside = false; // since the first `joined`
  #broken = new Set<Connection>();
  #notices: Record<string, (params: Params) => void> = {
    subscriberOffer: (params) => this.#reception.offered(params),
    subscriptionEnded: (params) => this.#reception.refused(params),
    videoPaused: (params) => this.#reception.paused(params, true),
    videoResumed: (params) => this.#reception.paused(params, false),
    subscribedLayers: (params) => this.#watched(params),
    mediaError: (params) => this.#failed(params),
  };

  constructor(host: MediaHost) {
    const attachments = new Attachments(host.options.platform);
    this.#host = host;
    this.local = new LocalParticipant(host, attachments);
    this.#reception = new Reception(
      host,
      attachments,
      async (publication) => (await this.statistics()).received.get(publication) ?? {},
      (state) => this.#see('subscriber', state),
    );
    this.#measurements = new Measurements(host, this.#reception, () => this.#uplink);
  }

  joined({ iceServers }: JoinResult): void {
    const { options } = this.#host;
    this.#inside = true;
    this.#config = {
      bundlePolicy: 'max-bundle',
      iceServers: options.iceServers ?? list(iceServers),
      iceTransportPolicy: options.iceTransportPolicy ?? 'all',
    };
    this.#publishAnew();
    this.#reception.begin(this.#config);
    this.#measurements.start();
  }

  streamPublished(publication: RemotePublication): void {
    if (this.#host.options.autoSubscribe) {
      this.#reception.subscribe(publication);
    }
  }

  streamUnpublished(publication: RemotePublication): void {
    this.#reception.end(publication, new AtriumError('aborted'));
  }

  notification(method: string, params: Params): boolean {
    const known = Object.hasOwn(this.#notices, method);
    if (known) {
      this.#notices[method]!(params);
    }
    return known;
  }

  signalingLost(): void {}

  signalingBack(resumed: boolean): void {
    if (resumed) {
      this.#restart(false);
    } else {
      this.#drop();
    }
  }

  networkChanged(): void {
    this.#restart(true);
  }

  // After a join that has failed camera and microphone stay open: there may be another try.
  close(): void {
    this.#drop();
    if (this.#inside) {
      this.local._close();
    }
    this.#inside = false;
  }

  subscribe(publication: RemotePublication): Promise<void> {
    return this.#reception.subscribe(publication);
  }

  unsubscribe(publication: RemotePublication): Promise<void> {
    return this.#reception.unsubscribe(publication);
  }

  statistics(): Promise<RoomStatistics> {
    return this.#measurements.now();
  }

  #publishAnew(): void {
    this.#uplink?.close();
    this.#uplink = new Uplink(this.#host, this.#config, {
      published: (publication) => publication._published.resolve(),
      refused: (publication, error) => this.local._ended(publication, error),
      changed: (state) => this.#see('publisher', state),
    });
    this.local._use(this.#uplink);
  }

  #drop(): void {
    this.#measurements.stop();
    this.#uplink?.close();
    this.#uplink = undefined;
    this.local._use(undefined);
    this.#reception.drop();
    this.#broken.clear();
  }

  #restart(even: boolean): void {
    this.#uplink?.watch.now(even);
    this.#reception.downlink?.watch.now(even);
  }

  // Which encodings somebody watches.
  #watched({ stream, layers }: Params): void {
    const publication = this.local.publications.get(word(stream) ?? WEBCAM);
    if (publication && this.#host.options.stopUnwatched) {
      const idle = list<{ rid?: string; active?: boolean }>(layers).filter(({ active }) => active === false);
      publication._unwatched = new Set(idle.map(({ rid = '' }) => rid));
      this.#uplink?.update(publication);
    }
  }

  // A connection is gone; or, without `connection`, one stream was taken from it.
  #failed({ connection, endpointName, stream, error }: Params): void {
    const message = word(error);
    if (connection === 'publisher') {
      this.#publishAnew();
    } else if (connection === 'subscriber') {
      this.#reception.renew();
    } else if (endpointName === this.local.user) {
      const text = 'A moderator has ended this stream.';
      this.local._ended(this.local.publications.get(word(stream) ?? WEBCAM), new AtriumError('not-permitted', { text }));
    } else {
      this.#reception.refused({ sender: `${endpointName}_${stream}`, code: 303, message });
    }
  }

  // Tells of connections that were there and are not, once for both.
  #see(connection: Connection, state: RTCPeerConnectionState): void {
    const before = this.#broken.size;
    if (state === 'connected') {
      this.#broken.delete(connection);
      if (before && !this.#broken.size) {
        this.#host.emit('reconnected', { resumed: true });
      }
    } else {
      this.#broken.add(connection);
      if (!before && this.#host.state === 'connected') {
        this.#host.emit('reconnecting', { cause: 'media' });
      }
    }
  }
}
