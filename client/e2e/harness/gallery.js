// The gallery: the stage of the call page with painted people, built and served for tests and pictures. No server of rooms.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const BUNDLE = fileURLToPath(new URL('../../bundle/', import.meta.url));
const BUILT = fileURLToPath(new URL('../../out/gallery/', import.meta.url));
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

/** Builds the gallery and serves it on a port of its own. Answers {url(parameters), close()}. */
export async function serveGallery() {
  await promisify(execFile)('go', ['run', '.', '-gallery', BUILT], { cwd: BUNDLE });
  const server = createServer(async (request, response) => {
    const name = new URL(request.url, 'http://localhost').pathname.slice(1);
    const content = /^[\w.-]+$/.test(name) ? await readFile(BUILT + name).catch(() => null) : null;
    response.writeHead(content ? 200 : 404, { 'Content-Type': TYPES[extname(name)] ?? 'text/plain' }).end(content);
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address();
  return {
    url: (parameters = {}) => `http://127.0.0.1:${port}/gallery.html?${new URLSearchParams(parameters)}`,
    close: () => new Promise((closed) => {
      server.closeAllConnections();
      server.close(closed);
    }),
  };
}
