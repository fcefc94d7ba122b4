// A TCP connection that can break without a word: what a lost network looks like to both ends.

import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/**
 * Stands between the page and `server`; media goes past it. `cut()` breaks what is connected; `down()` lets nothing
 * through from then on, until `up()`. Closed when `t` ends.
 */
export async function proxy(t, server) {
  const pairs = new Set();
  const target = new URL(server.url);
  let open = true;
  const listener = createServer((near) => {
    if (!open) {
      near.destroy();
      return;
    }
    const far = connect({ host: target.hostname, port: Number(target.port) });
    const pair = [near, far];
    pairs.add(pair);
    for (const [from, to] of [pair, [far, near]]) {
      from.on('error', () => to.destroy());
      from.on('close', () => (to.destroy(), pairs.delete(pair)));
      from.pipe(to);
    }
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const cut = () => {
    for (const pair of pairs) {
      pair.forEach((end) => end.destroy());
    }
  };
  const down = () => {
    open = false;
    cut();
  };
  const up = () => {
    open = true;
  };
  t.after(() => (cut(), listener.close()));
  return { url: `http://127.0.0.1:${listener.address().port}`, cut, down, up };
}
