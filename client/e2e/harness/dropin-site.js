// Serves the pages of dropin/ from an origin of their own, with the address of a server in the place of server.example.

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

const TYPES = { '.html': 'text/html', '.js': 'text/javascript' };

/** Answers the site's URL. It is closed when `t` ends. */
export async function serveDropin(t, { url }) {
  const site = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://site');
    const name = pathname === '/' ? 'index.html' : pathname.slice(1);
    try {
      const file = await readFile(fileURLToPath(new URL(`../dropin/${name}`, import.meta.url)), 'utf8');
      response.setHeader('content-type', TYPES[extname(name)]);
      response.end(file.replaceAll('https://server.example', url).replaceAll('wss://server.example', url.replace('http', 'ws')));
    } catch {
      response.writeHead(404).end();
    }
  });
  site.listen(0, '127.0.0.1');
  await once(site, 'listening');
  t.after(() => (site.closeAllConnections(), site.close()));
  return `http://127.0.0.1:${site.address().port}/`;
}
