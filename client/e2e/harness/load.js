// atrium load against the server of a test: started, waited for, interrupted.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { binary } from './server.js';

/** Starts `atrium load` with `args`; it is interrupted, if it still runs, when `t` ends. */
export function startLoad(t, server, args) {
  const url = `${server.url.replace('http', 'ws')}/room`;
  const child = spawn(binary(), ['load', '--url', url, '--json', '-', ...args]);
  const load = new Load(child);
  t.after(() => load.stop());
  return load;
}

class Load {
  #child;
  #out = [];
  #log = [];
  #exit;

  constructor(child) {
    this.#child = child;
    this.#exit = once(child, 'close');
    child.stdout.on('data', (chunk) => this.#out.push(chunk));
    child.stderr.on('data', (chunk) => this.#log.push(String(chunk)));
  }

  /** What it wrote for a person. */
  get log() {
    return this.#log.join('');
  }

  /** Waits for its end and answers the run it reports. */
  async result() {
    const [code] = await this.#exit;
    assert.equal(code, 0, `atrium load ended with ${code}:\n${this.log}`);
    return JSON.parse(Buffer.concat(this.#out).toString());
  }

  /** Ends it as Ctrl-C does and answers the run it reports. */
  async interrupt() {
    this.#child.kill('SIGINT');
    return this.result();
  }

  async stop() {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGINT');
      await this.#exit;
    }
  }
}
