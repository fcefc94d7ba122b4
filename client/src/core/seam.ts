import type { RoomEvents, RoomState } from './events.ts';
import type { LocalParticipant } from './media/local-participant.ts';
import type { RoomStatistics } from './media/statistics.ts';
import type { RoomOptions } from './options.ts';
import type { RemoteParticipant } from './participant.ts';
import type { RemotePublication } from './publication.ts';
import type { JoinResult } from './wire.ts';

/**
 * What a {@link Room} needs of the media: `core/media` is one, a test has another. The room calls:
 *
 *     first join         streamPublished for each stream that is there, then joined
 *     socket lost        signalingLost; requests wait from here on
 *     session resumed    signalingBack(true); requests that had no answer are sent again; then the list of people is
 *                        compared (streamPublished, streamUnpublished)
 *     server forgot us   signalingBack(false): all requests have failed, all connections are worthless; then the list is
 *                        compared (publications of the same user and name stay the same objects), then joined: publish
 *                        and subscribe anew whatever is wanted
 *     the end            close, once; a later connect begins with streamPublished and joined again
 *
 * No method may throw.
 */
export interface Media {
  readonly local: LocalParticipant;
  /** One is in the room. Everything that is wanted is published and subscribed now. */
  joined(result: JoinResult): void;
  streamPublished(publication: RemotePublication): void;
  streamUnpublished(publication: RemotePublication): void;
  /** Answers whether the method was one of the media's. */
  notification(method: string, params: Record<string, unknown>): boolean;
  signalingLost(): void;
  signalingBack(resumed: boolean): void;
  /** The device may have come to another network: restart ICE as soon as the line is there. */
  networkChanged(): void;
  /** Closes connections, stops timers and captured tracks, empties `local.publications`. */
  close(): void;
  subscribe(publication: RemotePublication): Promise<void>;
  unsubscribe(publication: RemotePublication): Promise<void>;
  statistics(): Promise<RoomStatistics>;
}

/** What the media may ask of its room. */
export interface MediaHost {
  readonly options: RoomOptions;
  readonly state: RoomState;
  readonly participants: ReadonlyMap<string, RemoteParticipant>;
  /**
   * Asks the server. While the line is away the request waits and is (re)sent after a resume. Rejects with AtriumError:
   * `wireCode` is the server's; `signaling-lost` when the session was lost meanwhile, `timeout`, `aborted` after leave.
   */
  call<T>(method: string, params?: object): Promise<T>;
  emit<K extends keyof RoomEvents>(name: K, event: RoomEvents[K]): void;
  /** Media has stopped: find out at once whether the line is alive. */
  probe(): void;
  /** Ask the server how well one receives, every `statisticsInterval` while one is connected. */
  _judge(): void;
}
