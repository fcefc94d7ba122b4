// Network namespaces with the server in one and browsers in each; what connects them, and what happens to that, is the
// caller's. It takes root.

import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import puppeteer from 'puppeteer-core';
import { OUT } from './browser.js';
import { ARGUMENTS, EXECUTABLE } from './chromium.js';
import { binary } from './server.js';

/** Runs a command and answers what it prints. */
export const run = (...command) => execFileSync(command[0], command.slice(1), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

/** Runs a command in a namespace. */
export const inside = (space, ...command) => run('ip', 'netns', 'exec', space, ...command);

function succeeds(command) {
  try {
    command();
    return true;
  } catch {
    return false;
  }
}

/** Whether namespaces can be made here. */
export const possible = () => succeeds(() => run('ip', 'netns', 'add', 'atrium-probe')) && succeeds(() => run('ip', 'netns', 'del', 'atrium-probe'));

/** Makes namespaces with nothing but loopback; they are taken away when `t` ends. */
export function makeNamespaces(t, ...spaces) {
  for (const space of spaces) {
    succeeds(() => run('ip', 'netns', 'del', space));
    run('ip', 'netns', 'add', space);
    run('ip', '-n', space, 'link', 'set', 'lo', 'up');
    t.after(() => succeeds(() => run('ip', 'netns', 'del', space)));
  }
}

/** Starts the server in a namespace, on ports 8080 and 8081; SERVER_LOG shows what it writes. */
export async function serveIn(t, space, listen = '0.0.0.0:8080') {
  const child = spawn('ip', ['netns', 'exec', space, binary(), 'serve'], {
    env: { ...process.env, ATRIUM_HTTP_LISTEN: listen, ATRIUM_AUTH_OPEN_TO_ALL: 'true', ATRIUM_SHUTDOWN_DRAIN: '0s', ATRIUM_LOG_FORMAT: 'text' },
    stdio: ['ignore', 'ignore', process.env.SERVER_LOG ? 'inherit' : 'ignore'],
  });
  t.after(() => child.kill());
  for (let tries = 0; !succeeds(() => inside(space, 'curl', '-sf', 'http://127.0.0.1:8081/readyz')); tries++) {
    if (tries === 100) {
      throw new Error('the server does not become ready');
    }
    await pause(100);
  }
}

/** A browser in a namespace, to which `origin` is a secure one; puppeteer talks to it by a pipe, which needs no network. */
export async function launchIn(t, space, origin) {
  mkdirSync(OUT, { recursive: true });
  const wrapper = `${OUT}chromium-${space}`;
  writeFileSync(wrapper, `#!/bin/sh\nexec ip netns exec ${space} ${EXECUTABLE} "$@"\n`);
  chmodSync(wrapper, 0o755);
  const browser = await puppeteer.launch({
    executablePath: wrapper,
    pipe: true,
    args: [...ARGUMENTS, `--unsafely-treat-insecure-origin-as-secure=${origin}`, `--user-data-dir=${OUT}profile-${space}`],
  });
  t.after(() => browser.close());
  return browser;
}
