import { AtriumError } from './errors.ts';
import type { Platform } from './platform.ts';

/** What is asked, and whom the answer is for. */
export interface Question {
  readonly method: string;
  readonly params: object | undefined;
  /** Fails with its socket, instead of waiting for the next one. */
  readonly urgent: boolean;
  resolve(result: never): void;
  reject(error: AtriumError): void;
}

/** A request that waits for its answer. */
export interface Request extends Question {
  readonly text: string;
  readonly timer: unknown;
  sent: boolean;
}

/** What was asked and not answered, in that order. The ids only ever grow, so that the server can know a repeated request. */
export class Requests {
  #platform: Platform;
  #all = new Map<unknown, Request>();
  #id = 0;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  /** Notes a request, which fails after `patience` ms for the reason that `late` then gives. */
  add(question: Question, patience: number, late: () => AtriumError): Request {
    const { method, params } = question;
    const id = this.#id++;
    const text = JSON.stringify({ jsonrpc: '2.0', id, method, params });
    const timer = this.#platform.setTimeout(() => this.take(id)?.reject(late()), patience);
    const request = { ...question, text, timer, sent: false };
    this.#all.set(id, request);
    return request;
  }

  /** Gives the request of that id, which waits no longer. */
  take(id: unknown): Request | undefined {
    const request = this.#all.get(id);
    this.#all.delete(id);
    this.#platform.clearTimeout(request?.timer);
    return request;
  }

  /** All that wait and are not urgent. */
  get patient(): Request[] {
    return [...this.#all.values()].filter(({ urgent }) => !urgent);
  }

  /** Fails all that are urgent, or all that are not. */
  fail(urgent: boolean, error: AtriumError): void {
    for (const [id, request] of [...this.#all]) {
      if (request.urgent === urgent) {
        this.take(id)?.reject(error);
      }
    }
  }
}
