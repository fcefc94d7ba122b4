// Who is on the stage: a tile for each camera, whether it is on or not, and for each other stream with a picture. It follows
// the room; where the tiles stand is not its business.

import type { AtriumError, LocalPublication, Participant, Publication, RemotePublication, RemoteTrack, Room } from '../../src/index.ts';
import { Seats } from './seats.ts';
import type { Sounds } from './sounds.ts';
import { keyOf, Tile, type TileHost } from './tile.ts';

const CAMERA = 'webcam';

/** What the cast needs, and whom it tells. */
export interface CastHost extends TileHost {
  readonly list: HTMLElement;
  readonly sounds: Sounds;
  /** A tile was made. */
  made(tile: Tile): void;
  /** Tiles came or went. */
  changed(): void;
  /** Somebody is gone for good. */
  left(user: string): void;
}

export class Cast {
  readonly seats = new Seats();
  readonly #tiles = new Map<string, Tile>();
  readonly #room: Room;
  readonly #host: CastHost;
  readonly #stops: (() => void)[];

  constructor(room: Room, host: CastHost) {
    [this.#room, this.#host] = [room, host];
    this.#stops = [
      room.on('participantJoined', ({ participant }) => this.#join(participant)),
      room.on('participantLeft', ({ participant }) => this.#leave(participant.user)),
      room.on('participantChanged', ({ participant }) => this.#describe(participant)),
      room.on('streamPublished', ({ publication }) => this.#publish(publication)),
      room.on('streamUnpublished', ({ publication }) => this.#unpublish(publication.participant.user, publication.stream)),
      room.on('trackSubscribed', ({ track }) => this.#receive(track)),
      room.on('trackUnsubscribed', ({ track }) => this.#lose(track)),
      room.on('subscriptionFailed', ({ publication, error }) => this.#fail(publication, error)),
      room.on('videoPaused', ({ publication, text }) => this.of(publication)?.pause(text)),
      room.on('videoResumed', ({ publication }) => this.of(publication)?.resume()),
      room.on('qualityChanged', ({ participant, quality }) => {
        const tile = this.get(participant.user);
        tile && (tile.quality = quality);
      }),
      room.on('localStreamEnded', () => this.#describe(room.local)),
      room.on('stateChanged', () => this.#describe(room.local)), // one's name is known once one joins
    ];
    this.#describe(room.local);
    room.participants.forEach((participant) => this.#join(participant));
  }

  /** The tiles in order. */
  get tiles(): Tile[] {
    return this.seats.order.flatMap((key) => this.#tiles.get(key) ?? []);
  }

  get(user: string, stream = CAMERA): Tile | undefined {
    return this.#tiles.get(keyOf(user, stream));
  }

  of({ participant, stream }: Publication): Tile | undefined {
    return this.get(participant.user, stream);
  }

  dispose(): void {
    this.#stops.forEach((stop) => stop());
    [...this.#tiles.values()].forEach((tile) => this.#remove(tile));
  }

  #join(participant: Participant): void {
    this.#add(participant.user, CAMERA).quality = participant.quality;
    for (const publication of participant.publications.values()) {
      this.#publish(publication as RemotePublication);
    }
    this.#describe(participant);
  }

  #leave(user: string): void {
    for (const tile of [...this.#tiles.values()]) {
      if (tile.user === user && !tile.own) {
        this.#remove(tile);
      }
    }
    this.#host.left(user);
  }

  #publish(publication: RemotePublication): void {
    const { participant, stream, hasVideo, subscription } = publication;
    if (hasVideo || stream === CAMERA) {
      this.#add(participant.user, stream).status = hasVideo && !subscription ? 'Connecting…' : '';
    }
    this.#describe(participant); // takes that away again where the camera is off
    [subscription?.audio, subscription?.video].forEach((track) => track && this.#receive(track));
    if (subscription?.state === 'paused') {
      this.of(publication)?.pause(subscription.pausedText ?? '');
    }
  }

  #unpublish(user: string, stream: string): void {
    const tile = this.get(user, stream);
    if (tile && stream === CAMERA) {
      tile.blank();
      const participant = this.#room.participants.get(user);
      participant && this.#describe(participant);
    } else if (tile) {
      this.#remove(tile);
    }
  }

  #receive(track: RemoteTrack): void {
    if (track.kind === 'audio') {
      this.#host.sounds.add(track);
      return;
    }
    this.#add(track.publication.participant.user, track.publication.stream).picture.receive(track);
    this.#host.changed(); // its priority is to be told
  }

  #lose(track: RemoteTrack): void {
    this.#host.sounds.remove(track);
    const picture = this.of(track.publication)?.picture;
    if (picture?.remote === track) {
      picture.clear();
    }
  }

  #fail(publication: RemotePublication, { code }: AtriumError): void {
    const tile = this.of(publication);
    if (tile) {
      const { user } = publication.participant;
      tile.status = code === 'codec-unsupported' ? `This browser cannot play what ${user} sends.` : `${user} cannot be received.`;
    }
  }

  // Of oneself too, whose streams come and go without other events.
  #describe(participant: Participant): void {
    if (participant.isLocal) {
      this.#followOwn(participant);
    }
    for (const tile of this.#tiles.values()) {
      if (tile.user === participant.user) {
        tile.describe(participant, participant.publications.get(tile.stream));
      }
    }
  }

  #followOwn({ user, publications }: Participant): void {
    if (user === '') {
      return;
    }
    this.#add(user, CAMERA, true);
    for (const { stream, videoTrack, videoOff } of publications.values() as Iterable<LocalPublication>) {
      if (stream === CAMERA || videoTrack) {
        this.#add(user, stream, true).picture.show(videoOff ? undefined : videoTrack);
      }
    }
    for (const tile of [...this.#tiles.values()].filter(({ own, stream }) => own && !publications.has(stream))) {
      tile.stream === CAMERA ? tile.blank() : this.#remove(tile);
    }
  }

  #add(user: string, stream: string, own = false): Tile {
    let tile = this.get(user, stream);
    if (!tile) {
      tile = new Tile(user, stream, own, this.#host);
      this.#tiles.set(tile.key, tile);
      this.seats.add(tile.key, own && stream === CAMERA);
      this.#host.list.append(tile.element);
      this.#host.made(tile);
      this.#host.changed();
    }
    return tile;
  }

  #remove(tile: Tile): void {
    tile.dispose();
    this.#tiles.delete(tile.key);
    this.seats.remove(tile.key);
    this.#host.changed();
  }
}
