// The real binary: built, started on free ports, waited for, stopped with SIGTERM, and held to exit code 0.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import { OUT } from './browser.js';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
const START_TIMEOUT = 10_000;
const STOP_TIMEOUT = 15_000;

/** The path of the binary: ATRIUM_BIN, or a fresh build of this tree. */
export function binary() {
  if (process.env.ATRIUM_BIN) {
    return process.env.ATRIUM_BIN;
  }
  mkdirSync(OUT, { recursive: true });
  const path = `${OUT}atrium`;
  execFileSync('go', ['build', '-o', path, './cmd/atrium'], { cwd: REPOSITORY, stdio: 'inherit' });
  return path;
}

/** Asks the system for TCP ports nobody uses. They may be taken again before use; a start then fails loudly. */
export async function freePorts(count) {
  const listeners = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(listeners.map((listener) => once(listener, 'listening')));
  const ports = listeners.map((listener) => listener.address().port);
  await Promise.all(listeners.map((listener) => (listener.close(), once(listener, 'close'))));
  return ports;
}

/** Starts a server for one test; `env` adds configuration. It is stopped, and checked, when `t` ends. */
export async function serve(t, env = {}) {
  const [http, operator, media] = await freePorts(3);
  const server = new Server({
    ATRIUM_HTTP_LISTEN: `127.0.0.1:${http}`,
    ATRIUM_OPERATOR_LISTEN: `127.0.0.1:${operator}`,
    ATRIUM_MEDIA_PORT: String(media),
    ATRIUM_SHUTDOWN_DRAIN: '0s',
    ATRIUM_LOG_FORMAT: 'text',
    ...env,
  });
  server.url = `http://127.0.0.1:${http}`;
  server.operator = `http://127.0.0.1:${operator}`;
  t.after(() => server.stop());
  await server.start();
  return server;
}

class Server {
  #env;
  #process = null;
  #log = [];

  constructor(env) {
    this.#env = env;
  }

  /** What the server wrote so far. */
  get log() {
    return this.#log.join('');
  }

  /** Starts, on the same ports when it ran before, and waits until it is ready. */
  async start() {
    const { ATRIUM_BIN, ATRIUM_SEEN, ...inherited } = process.env; // ours, not the server's
    this.#process = spawn(binary(), ['serve'], { env: { ...inherited, ...this.#env } });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream.on('data', (chunk) => this.#log.push(String(chunk)));
    }
    const deadline = Date.now() + START_TIMEOUT;
    while (!(await this.#ready())) {
      assert.equal(this.#process.exitCode, null, `the server ended at once:\n${this.log}`);
      assert.ok(Date.now() < deadline, `not ready after ${START_TIMEOUT} ms:\n${this.log}`);
      await pause(20);
    }
  }

  /** Ends it as an operator does. Fails when it does not end, or not with 0. */
  async stop() {
    const child = this.#process;
    if (!child || child.exitCode !== null) {
      return;
    }
    this.#process = null;
    const ended = once(child, 'exit', { signal: AbortSignal.timeout(STOP_TIMEOUT) });
    child.kill('SIGTERM');
    try {
      const [code, signal] = await ended;
      assert.deepEqual([code, signal], [0, null], `SIGTERM must end it with 0:\n${this.log}`);
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  /** Ends it as a crash does. */
  async kill() {
    const child = this.#process;
    this.#process = null;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async rooms() {
    return (await fetch(`${this.url}/getAllRooms`)).json();
  }

  async #ready() {
    try {
      return (await fetch(`${this.operator}/readyz`)).ok;
    } catch {
      return false;
    }
  }
}
