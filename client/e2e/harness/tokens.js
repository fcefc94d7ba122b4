// A server that asks for tokens, and tokens for it, made as an operator makes them: `atrium token create`.

import { execFileSync } from 'node:child_process';
import { binary } from './server.js';

const SECRET = 'thirty-two octets of a secret, for tests';

/** What such a server is configured with. */
export const TOKEN_MODE = { ATRIUM_AUTH_MODE: 'token', ATRIUM_AUTH_SECRET: SECRET };

/** A token for one name, one room and a role. */
export function tokenFor(name, room, role = 'participant') {
  const args = ['token', 'create', '--user', name, '--room', room, '--role', role];
  return execFileSync(binary(), args, { env: { ...process.env, ATRIUM_TOKEN_SECRET: SECRET }, encoding: 'utf8' }).trim();
}
