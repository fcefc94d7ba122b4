// JSON-RPC 2.0 over one websocket, as Kurento speaks it: ids from 0, the session id inside results, notifications
// without id, and a ping whose first message carries the interval. One Rpc is one socket; a new socket is a new Rpc.

const REQUEST_TIMEOUT = 15_000;
const OPEN_TIMEOUT = 10_000;
const PING_INTERVAL = 4_000;

/** An error answer of the server. `code` is a Kurento Room code, see messages.js; some name the session. */
export class RpcError extends Error {
  constructor(method, { code, message, sessionId }) {
    super(message || `${method} failed`);
    this.name = 'RpcError';
    this.method = method;
    this.code = code;
    this.sessionId = sessionId;
  }
}

/** No answer, because there is no usable connection. `reason` is 'unreachable', 'lost' or 'timeout'. */
export class ConnectionError extends Error {
  constructor(reason, text) {
    super(text);
    this.name = 'ConnectionError';
    this.reason = reason;
  }
}

export class Rpc {
  #url;
  #socket = null;
  #nextId = 0;
  #waiting = new Map(); // id -> {method, resolve, reject, timer}
  #pinger = null;
  #ended = false;
  #notified;
  #lost;

  /** `notified(method, params)` is called in wire order; `lost()` at most once, and not after close(). */
  constructor(url, { notified, lost }) {
    this.#url = url;
    this.#notified = notified;
    this.#lost = lost;
  }

  /** Opens the socket. Rejects with ConnectionError 'unreachable'. */
  open() {
    return new Promise((resolve, reject) => {
      const unreachable = () => {
        this.close();
        reject(new ConnectionError('unreachable', `no websocket at ${this.#url}`));
      };
      const timer = setTimeout(unreachable, OPEN_TIMEOUT);
      const socket = new WebSocket(this.#url);
      this.#socket = socket;
      socket.onerror = socket.onclose = () => {
        clearTimeout(timer);
        unreachable();
      };
      socket.onopen = () => {
        clearTimeout(timer);
        socket.onerror = null;
        socket.onclose = () => this.#drop();
        socket.onmessage = (event) => this.#receive(event.data);
        this.#startPings();
        resolve();
      };
    });
  }

  /** Sends a request and resolves with its `result` object. */
  call(method, params, timeout = REQUEST_TIMEOUT) {
    return new Promise((resolve, reject) => {
      if (this.#ended || this.#socket?.readyState !== WebSocket.OPEN) {
        reject(new ConnectionError('lost', `${method}: the socket is not open`));
        return;
      }
      const id = this.#nextId++;
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new ConnectionError('timeout', `${method}: no answer in ${timeout} ms`));
      }, timeout);
      this.#waiting.set(id, { method, resolve, reject, timer });
      this.#socket.send(JSON.stringify({ jsonrpc: '2.0', method, params, id }));
    });
  }

  close() {
    this.#end(new ConnectionError('lost', 'closed by the page'));
  }

  #startPings() {
    let params = { interval: PING_INTERVAL };
    const ping = () => {
      // A ping that fails in any way means the path is dead, even if TCP has not noticed yet.
      this.call('ping', params, 2 * PING_INTERVAL).catch(() => this.#drop());
      params = undefined;
    };
    ping();
    this.#pinger = setInterval(ping, PING_INTERVAL);
  }

  #receive(text) {
    let message;
    try {
      message = JSON.parse(text);
    } catch {
      console.warn('atrium: not JSON from the server');
      return;
    }
    if (message.method !== undefined && message.id === undefined) {
      this.#notified(message.method, message.params ?? {});
      return;
    }
    const request = this.#waiting.get(message.id);
    if (!request) {
      return; // an answer after its timeout
    }
    this.#waiting.delete(message.id);
    clearTimeout(request.timer);
    if (message.error) {
      request.reject(new RpcError(request.method, message.error));
    } else {
      request.resolve(message.result ?? {});
    }
  }

  #drop() {
    if (!this.#ended) {
      this.#end(new ConnectionError('lost', 'the connection was lost'));
      this.#lost();
    }
  }

  #end(error) {
    if (this.#ended) {
      return;
    }
    this.#ended = true;
    clearInterval(this.#pinger);
    if (this.#socket) {
      this.#socket.onopen = this.#socket.onclose = this.#socket.onerror = this.#socket.onmessage = null;
      this.#socket.close();
    }
    for (const request of this.#waiting.values()) {
      clearTimeout(request.timer);
      request.reject(error);
    }
    this.#waiting.clear();
  }
}
