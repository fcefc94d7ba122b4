import assert from 'node:assert/strict';
import type { WebSocketLike } from '../../src/core/platform.ts';

/** An error that the server answers. */
export class Refusal {
  readonly code: number;
  readonly message: string;
  readonly sessionId = 'secret';

  constructor(code: number, message = `code ${code}`) {
    this.code = code;
    this.message = message;
  }
}

/** No answer at all. */
export const SILENCE = Symbol('silence');

/** What is answered: a result, an error, nothing, or what a function makes of the parameters. */
export type Answer = object | Refusal | typeof SILENCE | ((params: Record<string, unknown>) => object | typeof SILENCE);

export interface Request {
  id: number;
  method: string;
  params: Record<string, unknown>;
  socket: FakeSocket;
}

/** The client's end of a socket of the scripted server. */
export class FakeSocket implements WebSocketLike {
  readyState = 0;
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  closedWith: number | undefined | 'open' = 'open';
  #server: ScriptedServer;

  constructor(server: ScriptedServer) {
    this.#server = server;
  }

  send(text: string): void {
    assert.equal(this.readyState, 1, 'sends only on an open socket');
    this.#server.receive(this, text);
  }

  close(code?: number): void {
    this.readyState = 3;
    this.closedWith = code;
  }

  /** As the network, or the server, closes it. */
  end(code = 1006, reason = ''): void {
    if (this.readyState < 2) {
      this.readyState = 3;
      this.onclose?.({ code, reason } as never);
    }
  }

  deliver(data: unknown): void {
    if (this.readyState === 1) {
      this.onmessage?.({ data } as never);
    }
  }

  get listeners(): number {
    return [this.onopen, this.onmessage, this.onclose, this.onerror].filter(Boolean).length;
  }
}

/**
 * A server that answers what a test expects, in that order for each method, and complains in `done` of what was asked
 * beside it or not asked. Pings are answered by themselves.
 */
export class ScriptedServer {
  /** Whether it accepts sockets: no, yes, or it lets them wait. */
  accepts: 'no' | 'yes' | 'never' = 'yes';
  /** Whether what is sent arrives, either way. */
  reachable = true;
  readonly sockets: FakeSocket[] = [];
  readonly requests: Request[] = [];
  #script: { method: string; answer: Answer }[] = [];
  #surprises: string[] = [];

  webSocket = (): WebSocketLike => {
    const socket = new FakeSocket(this);
    this.sockets.push(socket);
    setImmediate(() => {
      if (this.accepts === 'no') {
        socket.end();
      } else if (this.accepts === 'yes' && socket.readyState === 0) {
        socket.readyState = 1;
        socket.onopen?.({} as never);
      }
    });
    return socket;
  };

  /** The next request of that method gets this answer. */
  expect(method: string, answer: Answer = {}): this {
    this.#script.push({ method, answer });
    return this;
  }

  /** The socket in use. */
  get socket(): FakeSocket {
    return this.sockets.at(-1)!;
  }

  notify(method: string, params?: unknown): void {
    this.socket.deliver(JSON.stringify({ jsonrpc: '2.0', method, params }));
  }

  /** What was asked, without pings. */
  get asked(): string[] {
    return this.requests.map(({ method }) => method).filter((method) => method !== 'ping');
  }

  last(method: string): Request {
    const request = this.requests.findLast((each) => each.method === method);
    assert.ok(request, `${method} was asked`);
    return request;
  }

  answer({ id, socket }: Request, answer: object): void {
    const said = answer instanceof Refusal ? { error: answer } : { result: answer };
    socket.deliver(JSON.stringify({ jsonrpc: '2.0', id, ...said }));
  }

  receive(socket: FakeSocket, text: string): void {
    if (!this.reachable) {
      return;
    }
    const request: Request = { params: {}, ...JSON.parse(text), socket };
    this.requests.push(request);
    const at = this.#script.findIndex(({ method }) => method === request.method);
    const [entry] = at < 0 ? [] : this.#script.splice(at, 1);
    let answer = entry?.answer ?? (request.method === 'ping' ? { value: 'pong' } : SILENCE);
    if (!entry && request.method !== 'ping') {
      this.#surprises.push(text);
    }
    answer = typeof answer === 'function' ? answer(request.params) : answer;
    if (answer !== SILENCE) {
      setImmediate(() => this.answer(request, answer));
    }
  }

  /** Nothing was asked that was not expected, and all that was. */
  done(): void {
    assert.deepEqual(this.#surprises, []);
    assert.deepEqual(this.#script.map(({ method }) => method), []);
  }
}
