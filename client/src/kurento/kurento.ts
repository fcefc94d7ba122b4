import { createRoom } from '../browser/create-room.ts';
import { browserPlatform } from '../browser/platform.ts';
import type { Platform } from '../core/platform.ts';
import type { Room as SdkRoom } from '../core/room.ts';
import { bindMethods } from './bound.ts';
import { EarlySocket, type RpcParams } from './early-socket.ts';
import { Room, type RoomOptions } from './room.ts';
import { Stream, type StreamOptions } from './stream.ts';
import { wireError, type WireError } from './wire-error.ts';

/** Called with the error, or with what the server answered. */
export type RequestCallback = (error: WireError | undefined, result?: unknown) => void;

/** What `KurentoRoom(wsUri, callback)` makes. */
export class Kurento {
  /** The room of the SDK behind it all, for pages that move on step by step. */
  readonly sdk: SdkRoom;
  readonly wsUri: string;
  /** Makes the room to join; with `new` or without. */
  readonly Room: (options: RoomOptions) => Room;
  /** Makes a stream of one's own; with `new` or without. */
  readonly Stream: (room: Room, options: StreamOptions) => Stream;
  #room: Room | undefined;
  #params: RpcParams | undefined;
  #socket: EarlySocket;

  constructor(
    wsUri: string,
    callback: (error: Error | null, kurento?: Kurento) => void,
    create: (webSocket: Platform['webSocket']) => SdkRoom = roomWith,
  ) {
    this.wsUri = wsUri;
    bindMethods(this);
    this.#socket = new EarlySocket(
      wsUri,
      () => this.#params,
      (error) => (error ? callback(error) : callback(null, this)),
    );
    this.sdk = create((url) => this.#socket.take(url));
    const kurento = this;
    this.Room = function (options) {
      return (kurento.#room = new Room(kurento, options));
    };
    this.Stream = function (room, options) {
      options.participant = room.getLocalParticipant();
      return new Stream(kurento, true, room, options);
    };
  }

  /** Members of the params of every request from here on. */
  setRpcParams(params: RpcParams | undefined): void {
    this.#params = params;
  }

  sendRequest(method: string, params?: object | RequestCallback, callback?: RequestCallback): void {
    const answer = typeof params === 'function' ? (params as RequestCallback) : callback;
    this.sdk.request(method, typeof params === 'function' ? {} : params).then(
      (result) => answer?.(undefined, result),
      (error: unknown) => answer?.(wireError(error)),
    );
  }

  sendMessage(room: string, user: string, message: string): void {
    this.sendRequest('sendMessage', { message, userMessage: user, roomMessage: room }, (error) => {
      if (error) {
        console.error('sendMessage:', error);
      }
    });
  }

  sendCustomRequest(params: object, callback?: RequestCallback): void {
    this.sendRequest('customRequest', params, callback);
  }

  /** Leaves the room; `forced` when there is nothing to leave any more. */
  close(forced?: boolean): void {
    this.#socket.close();
    this.#room?.leave(forced === true);
  }

  /** Unpublishes one's own stream, or no longer receives somebody's. */
  disconnectParticipant(stream: Stream): void {
    this.#room?.disconnect(stream);
  }
}

/** A room of this browser that opens its sockets so. */
function roomWith(webSocket: Platform['webSocket']): SdkRoom {
  return createRoom({ platform: Object.assign(Object.create(browserPlatform()) as Platform, { webSocket }) });
}
