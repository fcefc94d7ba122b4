// The SDK's core in node: real sockets to a real server, media that only looks on. What it does with names, people and
// lost sockets needs no browser.

import { build } from 'esbuild';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { OUT } from './browser.js';

const CORE = fileURLToPath(new URL('../../src/core/', import.meta.url));

const { WebSocket = (await import('ws')).default } = globalThis; // node has one from 22 on

/** Bundles the core and gives its `Room`, `Participant` and `AtriumError`. */
export async function core() {
  const outfile = `${OUT}core.mjs`;
  await build({
    stdin: { contents: `export * from './room.ts'; export * from './participant.ts'; export * from './errors.ts';`, resolveDir: CORE },
    bundle: true,
    format: 'esm',
    platform: 'node',
    outfile,
    logLevel: 'warning',
  });
  return import(pathToFileURL(outfile));
}

/** A room of the SDK; `t` ends it. Its sockets are in `room.sockets`, for a test that cuts them. */
export function roomFor(t, { Room, Participant }) {
  class Self extends Participant {
    isLocal = true;
    permissions = [];
  }
  const nothing = () => {};
  const media = {
    local: new Self(''),
    joined: nothing,
    streamPublished: nothing,
    streamUnpublished: nothing,
    notification: (method) => ['subscriberOffer', 'iceCandidate', 'mediaError'].includes(method),
    signalingLost: nothing,
    signalingBack: nothing,
    networkChanged: nothing,
    close: nothing,
  };
  const sockets = [];
  const platform = {
    webSocket(url) {
      const socket = new WebSocket(url);
      socket.on?.('error', nothing); // the package's are thrown when nobody listens
      sockets.push(socket);
      return socket;
    },
    setTimeout: (fn, ms) => setTimeout(fn, ms),
    clearTimeout: (timer) => clearTimeout(timer),
    now: () => performance.now(),
    random: () => Math.random(),
    onNetworkChange: () => nothing,
    log: (level, text, detail) => console.log(level, text, detail),
  };
  const options = { autoSubscribe: false, adaptive: false, stopUnwatched: true, publishDefaults: {}, statisticsInterval: 0, platform };
  const room = new Room(options, () => media);
  t.after(() => room.leave());
  return Object.assign(room, { sockets });
}

/** Waits until `condition` holds; fails after 10 s with what was waited for. */
export async function until(what, condition) {
  for (const deadline = Date.now() + 10_000; !condition(); await pause(10)) {
    if (Date.now() > deadline) {
      throw new Error(`in vain: ${what}`);
    }
  }
}

/** The payload of the next event of that name. */
export const next = (room, name) => new Promise((resolve) => room.once(name, resolve));

