// GStreamer as a WHIP client: gstreamer-whip.py.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const PYTHON = '/usr/bin/python3'; // Debian's, which has the bindings
const PROGRAM = fileURLToPath(new URL('gstreamer-whip.py', import.meta.url));

/** Why GStreamer cannot be used here, or false. `.ci/tools gstreamer` installs what it needs. */
export function gstreamerIsMissing() {
  const { status, stderr, error } = spawnSync(PYTHON, [PROGRAM, '--check'], { encoding: 'utf8' });
  return status === 0 ? false : `GStreamer: ${error?.message ?? stderr.trim()}`;
}

/** Publishes a moving ball and a tone at a WHIP endpoint until `end()`, which answers the exit code, or the end of `t`. */
export function publishByGStreamer(t, endpoint) {
  const child = spawn(PYTHON, [PROGRAM, endpoint]);
  const exit = once(child, 'exit');
  const publisher = { log: '', end: async () => (child.kill('SIGTERM'), (await exit)[0]) };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => (publisher.log += chunk));
  }
  t.after(async () => {
    await publisher.end();
    t.diagnostic(publisher.log);
  });
  return publisher;
}
