// Two network namespaces with a cable between them: the server in one, browsers in both, and an address that can change.

import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import puppeteer from 'puppeteer-core';
import { OUT } from './browser.js';
import { ARGUMENTS, EXECUTABLE } from './chromium.js';
import { meet } from './sdk-site.js';
import { binary } from './server.js';

export const HERE = 'movA';
export const THERE = 'movB';
const SERVER = 'http://10.89.0.1:8080';

const run = (...command) => execFileSync(command[0], command.slice(1), { stdio: ['ignore', 'pipe', 'ignore'] });

function succeeds(...command) {
  try {
    run(...command);
    return true;
  } catch {
    return false;
  }
}

/** Whether namespaces can be made here: it takes root. */
export const possible = () => succeeds('ip', 'netns', 'add', 'atrium-probe') && succeeds('ip', 'netns', 'del', 'atrium-probe');

/** Makes the network; `t` takes it away again. */
export function network(t) {
  for (const space of [HERE, THERE]) {
    succeeds('ip', 'netns', 'del', space);
    run('ip', 'netns', 'add', space);
    run('ip', '-n', space, 'link', 'set', 'lo', 'up');
    t.after(() => succeeds('ip', 'netns', 'del', space));
  }
  run('ip', 'link', 'add', 'moving', 'netns', HERE, 'type', 'veth', 'peer', 'name', 'moving', 'netns', THERE);
  run('ip', '-n', HERE, 'addr', 'add', '10.89.0.1/24', 'dev', 'moving');
  for (const space of [HERE, THERE]) {
    run('ip', '-n', space, 'link', 'set', 'moving', 'up');
  }
  address(2);
}

/** Replaces the address of those who are there. */
export function address(last) {
  run('ip', '-n', THERE, 'addr', 'flush', 'dev', 'moving');
  run('ip', '-n', THERE, 'addr', 'add', `10.89.0.${last}/24`, 'dev', 'moving');
}

/** Starts the server here. */
export async function server(t) {
  const child = spawn('ip', ['netns', 'exec', HERE, binary(), 'serve'], {
    env: { ...process.env, ATRIUM_HTTP_LISTEN: '0.0.0.0:8080', ATRIUM_AUTH_OPEN_TO_ALL: 'true', ATRIUM_SHUTDOWN_DRAIN: '0s', ATRIUM_LOG_FORMAT: 'text' },
    stdio: 'ignore',
  });
  t.after(() => child.kill());
  for (let tries = 0; !succeeds('ip', 'netns', 'exec', HERE, 'curl', '-sf', 'http://127.0.0.1:8081/readyz'); tries++) {
    if (tries === 100) {
      throw new Error('the server does not become ready');
    }
    await pause(100);
  }
}

/** A page of the SDK in a browser of its own in a namespace; puppeteer talks to it by a pipe, which needs no network. */
export async function join(t, space, user) {
  mkdirSync(OUT, { recursive: true });
  const wrapper = `${OUT}chromium-${space}`;
  writeFileSync(wrapper, `#!/bin/sh\nexec ip netns exec ${space} ${EXECUTABLE} "$@"\n`);
  chmodSync(wrapper, 0o755);
  const browser = await puppeteer.launch({
    executablePath: wrapper,
    pipe: true,
    args: [...ARGUMENTS, `--unsafely-treat-insecure-origin-as-secure=${SERVER}`, `--user-data-dir=${OUT}profile-${space}`],
  });
  t.after(() => browser.close());
  const page = await browser.newPage();
  await page.goto(`${SERVER}/atrium.js`); // any page of the origin, without an application
  await page.evaluate(async () => {
    globalThis.sdk = await import('/atrium.js');
    document.body.replaceChildren();
  });
  await meet(page, { url: SERVER }, { room: 'hall', user });
  return page;
}
