import type { WebSocketLike } from '../core/platform.ts';

/** The members that a page wants in the params of every request (`setRpcParams`): a token, say. */
export type RpcParams = Record<string, unknown>;

/**
 * The old client opened its socket when it was made, and the SDK opens one to join. This is one socket for both: it is
 * opened at once, and handed over when the SDK asks for one.
 */
export class EarlySocket {
  #waiting: WebSocket | undefined;
  #params: () => RpcParams | undefined;

  /** Calls `opened` once: without an error when the socket is open, or with one when it cannot be opened. */
  constructor(url: string, params: () => RpcParams | undefined, opened: (error?: Error) => void) {
    this.#params = params;
    const socket = new WebSocket(url);
    this.#waiting = socket;
    socket.onopen = () => {
      socket.onopen = socket.onclose = null;
      opened();
    };
    socket.onclose = ({ code }) => {
      this.#waiting = undefined;
      opened(new Error(`The room server at ${url} does not answer (${code})`));
    };
  }

  /** A socket for the SDK, which sets its handlers before it hears of anything. */
  take(url: string): WebSocketLike {
    const early = this.#waiting;
    this.#waiting = undefined;
    if (!early || early.readyState > WebSocket.OPEN || early.url !== new URL(url, location.href).href) {
      return this.#adding(new WebSocket(url));
    }
    if (early.readyState === WebSocket.OPEN) {
      queueMicrotask(() => early.onopen?.(new Event('open')));
    }
    return this.#adding(early);
  }

  /** Closes it unless it was handed over. */
  close(): void {
    this.#waiting?.close();
    this.#waiting = undefined;
  }

  #adding(socket: WebSocket): WebSocketLike {
    const send = socket.send.bind(socket);
    socket.send = (text: string) => send(withParams(text, this.#params()));
    return socket as unknown as WebSocketLike; // W3C's, whose handlers are only typed in more detail
  }
}

/** The request with the page's members in its params. Pings have none, as ever. */
export function withParams(text: string, params: RpcParams | undefined): string {
  if (!params) {
    return text;
  }
  const message = JSON.parse(text) as { method?: string; params?: object };
  if (!message.method || message.method === 'ping') {
    return text;
  }
  return JSON.stringify({ ...message, params: { ...message.params, ...params } });
}
