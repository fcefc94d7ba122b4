import { AtriumError, fromWire } from './errors.ts';
import type { Platform, WebSocketLike } from './platform.ts';
import { Requests, type Request } from './requests.ts';

const OPENING = 8_000;
const ANSWER = 15_000;
const PING = 4_000;
const PROBE = 1_500;

/** Served each time they come: to repeat one could say a thing twice. Whether it was served, a kept answer tells. */
const ONCE = ['sendMessage', 'sendData'];

/** What a {@link Line} tells. */
export interface LineEvents {
  /** In the order of the wire. */
  notified(method: string, params: Record<string, unknown>): void;
  /** The open socket was lost. */
  lost(reason: string): void;
}

/**
 * JSON-RPC 2.0 with the server, over one socket after the other: ids count on, and what had no answer when a socket broke
 * waits for {@link release}, which sends it again, or {@link forget}. The server knows a repeated request by its id.
 */
export class Line {
  /** The id of the session that the last join made; a secret. */
  session: string | undefined;
  #platform: Platform;
  #url: string;
  #events: LineEvents;
  #socket: WebSocketLike | undefined;
  #unopened: (() => void) | undefined; // fails the open() under way
  #timer: unknown; // of opening, then of the ping under way
  #held = true;
  #closed = false;
  #requests: Requests;

  constructor(platform: Platform, url: string, events: LineEvents) {
    this.#platform = platform;
    this.#requests = new Requests(platform);
    this.#url = url;
    this.#events = events;
  }

  /** Opens a socket in place of the one before. Until {@link release} only urgent requests use it. */
  open(): Promise<void> {
    this.drop();
    return new Promise((resolve, reject) => {
      const fail = (this.#unopened = (cause?: unknown): void => {
        this.#unopened = undefined;
        this.drop();
        reject(new AtriumError('unreachable', { cause }));
      });
      try {
        const socket = (this.#socket = this.#platform.webSocket(this.#url));
        this.#timer = this.#platform.setTimeout(fail, OPENING);
        socket.onerror = socket.onclose = fail;
        socket.onopen = () => {
          this.#unopened = undefined;
          socket.onerror = null;
          socket.onclose = (event: { reason: string }) => this.#lose(event.reason);
          socket.onmessage = (event: { data: unknown }) => this.#receive(event.data);
          this.#beat(PING, { interval: 15 * PING });
          resolve();
        };
      } catch (cause) {
        fail(cause); // no such URL
      }
    });
  }

  /** Asks the server. An urgent request is sent at once, or fails; others wait for the line. */
  call<T>(method: string, params?: object, urgent = false, patience = ANSWER): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#closed) {
        throw new AtriumError('aborted');
      }
      if (urgent && this.#socket?.readyState !== 1) {
        throw new AtriumError('signaling-lost');
      }
      const late = (): AtriumError => new AtriumError(this.#held && !urgent ? 'signaling-lost' : 'timeout');
      const request = this.#requests.add({ method, params, urgent, resolve, reject }, patience, late);
      if (urgent || !this.#held) {
        this.#send(request);
      }
    });
  }

  /** The session is there: what waits is sent, and what had no answer again. */
  release(): void {
    this.#held = false;
    for (const request of this.#requests.patient) {
      if (!(request.sent && ONCE.includes(request.method))) {
        this.#send(request);
      }
    }
  }

  /** There is no such session any more: what waits has failed. */
  forget(): void {
    this.session = undefined;
    this.#requests.fail(false, new AtriumError('signaling-lost'));
  }

  /** Asks for a sign of life soon. */
  probe(): void {
    if (this.#socket?.readyState === 1) {
      this.#beat(PROBE);
    }
  }

  /** Lets go of the socket; the session can go on on another one. */
  drop(code?: number): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#held = true;
    this.#platform.clearTimeout(this.#timer);
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
      socket.close(code);
    }
    this.#unopened?.();
    this.#requests.fail(true, new AtriumError('signaling-lost'));
  }

  /** The end, of the session too. */
  close(): void {
    this.#closed = true;
    this.drop(1000);
    this.#requests.fail(false, new AtriumError('aborted'));
  }

  #send(request: Request): void {
    request.sent = true;
    this.#socket?.send(request.text);
  }

  // A ping that is not answered when the next one is due means that the path is dead, even if TCP has not noticed yet.
  #beat(wait: number, params?: object): void {
    let alive = false;
    const answered = (): void => {
      alive = true;
    };
    this.call('ping', params, true).then(answered, answered);
    this.#platform.clearTimeout(this.#timer);
    this.#timer = this.#platform.setTimeout(() => (alive ? this.#beat(PING) : this.#lose('')), wait);
  }

  #lose(reason: string): void {
    this.drop();
    this.#events.lost(reason);
  }

  #receive(data: unknown): void {
    try {
      const message = JSON.parse(String(data));
      const { id, method, params, error, result } = message;
      if (method === undefined) {
        this.#answered(this.#requests.take(id), error, result);
      } else if (id === undefined) {
        this.#events.notified(String(method), Object(params));
      }
    } catch (error) {
      this.#platform.log('warn', 'unusable message', error);
    }
  }

  #answered(request: Request | undefined, error: { code?: unknown; sessionId?: string } | undefined, result: unknown): void {
    if (request?.method === 'joinRoom' && (!error || error.code === 425)) {
      this.session = Object(error ?? result).sessionId;
    }
    if (error) {
      request?.reject(fromWire(error));
    } else {
      request?.resolve((result ?? {}) as never);
    }
  }
}
