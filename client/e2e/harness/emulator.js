// A bad link between two network namespaces: internal/emulator. It takes root.

import { spawn, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { OUT } from './browser.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * Connects two namespaces, of which `a` gets the addresses 10.88.0.1 and fd88::1 and `b` those with 2, until `t` ends. A
 * link is what internal/emulator takes: {delay: '50ms', loss: 0.05, burst: 3, rate: 400_000, queue: 25_000, down: true}.
 */
export async function emulate(t, a, b, link = {}, { mtu = 1500, families = '46' } = {}) {
  const program = `${OUT}emulator`;
  execFileSync('go', ['build', '-o', program, './internal/emulator'], { cwd: ROOT, stdio: 'inherit' });
  const child = spawn(program, ['-a', a, '-b', b, '-mtu', String(mtu), '-families', families, JSON.stringify(link)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const emulator = new Emulator(child);
  t.after(() => emulator.end());
  await emulator.ready();
  return emulator;
}

class Emulator {
  #child;
  #answers;
  #ended;

  constructor(child) {
    this.#child = child;
    this.#ended = once(child, 'close');
    this.#answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  ready = () => this.#answer();

  /** Changes the link towards 'a', towards 'b', or 'both'. */
  set = (towards, link) => this.#ask(`${towards} ${JSON.stringify(link)}`);

  /** What became of packets so far: {a: {passed, lost, overflowed, dropped}, b: ...}. */
  stats = async () => JSON.parse(await this.#ask('stats'));

  async #ask(line) {
    this.#child.stdin.write(`${line}\n`);
    return this.#answer();
  }

  async #answer() {
    const { value = 'error: it has ended' } = await this.#answers.next();
    if (value.startsWith('error')) {
      throw new Error(`emulator: ${value}`);
    }
    return value;
  }

  async end() {
    this.#child.stdin.end();
    await this.#ended;
  }
}
