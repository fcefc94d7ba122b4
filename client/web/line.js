// The line to the server: a socket, and when that breaks another one, on which our session goes on if the server still
// has it.

import { Backoff } from './backoff.js';
import { Code } from './messages.js';
import { ConnectionError, Rpc, RpcError } from './rpc.js';

const SAME_NAME_PATIENCE = 20_000; // our own dead session may still hold the name for its grace period
const FINAL = [Code.tokenRefused, Code.notPermitted, Code.locked, Code.roomNotFound, Code.roomRefused];

export class Line {
  /** The session that is to go on; a secret. */
  sessionId = null;

  #url;
  #events;
  #rpc = null;
  #backoff = new Backoff();
  #unknown = new Set(); // methods that this server does not know
  #coming = false; // back
  #closed = false;

  /**
   * `notified(method, params)` as for Rpc. `broken()` runs when the socket is lost and answers whether to try to come back,
   * `back(resumed)` when there is a new one; the attempt has failed when its promise rejects. `refused(error)` runs when
   * there is no use in trying on.
   */
  constructor(url, events) {
    this.#url = url;
    this.#events = events;
  }

  /** Rejects with ConnectionError. */
  async open() {
    const rpc = new Rpc(this.#url, {
      notified: (method, params) => this.#rpc === rpc && this.#events.notified(method, params),
      lost: () => this.#rpc === rpc && this.#lost(),
    });
    await rpc.open();
    if (this.#closed) {
      rpc.close();
      throw new Error('left meanwhile');
    }
    this.#unknown.clear(); // it may be another server
    this.#rpc = rpc;
  }

  async call(method, params, timeout) {
    if (!this.#rpc) {
      throw new ConnectionError('lost', `${method}: no connection`);
    }
    return this.#rpc.call(method, params, timeout);
  }

  /** Calls a method that not every server has. Answers null when this one does not. */
  async callKnown(method, params) {
    if (this.#unknown.has(method)) {
      return null;
    }
    try {
      return await this.call(method, params);
    } catch (error) {
      if (error instanceof RpcError && error.code === Code.noMethod) {
        this.#unknown.add(method);
        return null;
      }
      throw error;
    }
  }

  close() {
    this.#closed = true;
    this.#drop();
    this.#backoff.cut();
  }

  #drop() {
    this.#rpc?.close();
    this.#rpc = null;
  }

  async #lost() {
    this.#rpc = null;
    if (this.#coming || !this.#events.broken()) {
      return; // the attempt under way fails by itself
    }
    this.#coming = true;
    this.#backoff.reset();
    const since = performance.now();
    while (!this.#closed && !(await this.#attempt(since))) {
      // again, after a while
    }
    this.#coming = false;
  }

  // Answers whether no other attempt is needed.
  async #attempt(since) {
    await this.#backoff.wait();
    if (this.#closed) {
      return true;
    }
    try {
      await this.open();
      await this.#events.back(await this.#resume());
      return true;
    } catch (error) {
      this.#drop();
      if (!isFinal(error, performance.now() - since)) {
        return false;
      }
      this.#events.refused(error);
      return true;
    }
  }

  // Takes our old session over to the new socket, if the server still has it.
  async #resume() {
    try {
      await this.call('connect', { sessionId: this.sessionId });
      return true;
    } catch (error) {
      if (error instanceof RpcError) {
        return false;
      }
      throw error;
    }
  }
}

// Whether to stop trying to come back, after `spent` ms of trying.
function isFinal(error, spent) {
  if (!(error instanceof RpcError)) {
    return false;
  }
  return error.code === Code.nameTaken ? spent > SAME_NAME_PATIENCE : FINAL.includes(error.code);
}
