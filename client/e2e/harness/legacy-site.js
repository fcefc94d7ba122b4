// Serves the old application, bundled with the packages it was written for, from an origin of its own.

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const LEGACY = fileURLToPath(new URL('../legacy/', import.meta.url));

/**
 * Bundles against the newest packages, or those `alias` puts in their place, with the scripts of legacy/ that `before`
 * names in front. Answers the site's URL. It is closed when `t` ends.
 */
export async function serveLegacy(t, { alias = {}, before = [] } = {}) {
  const { outputFiles } = await build({
    entryPoints: [`${LEGACY}app.js`],
    bundle: true,
    write: false,
    platform: 'browser',
    define: { global: 'globalThis' },
    alias,
    inject: before.map((name) => LEGACY + name),
    external: ['ws'], // never loaded in a browser
    logLevel: 'error',
  });
  const page = await readFile(`${LEGACY}index.html`);
  const server = createServer((request, response) => {
    const script = request.url.startsWith('/bundle.js');
    response.setHeader('content-type', script ? 'text/javascript' : 'text/html');
    response.end(script ? outputFiles[0].contents : page);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => (server.closeAllConnections(), server.close()));
  return `http://127.0.0.1:${server.address().port}/`;
}
