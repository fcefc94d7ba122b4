// Serves the page that joins, to any browser on this machine.

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';

const TYPES = { html: 'text/html', js: 'text/javascript' };

export async function servePages() {
  const server = createServer(async (request, response) => {
    const name = request.url.slice(1);
    if (!/^joining\.(html|js)$/.test(name)) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader('content-type', TYPES[name.split('.')[1]]);
    response.end(await readFile(new URL(name, import.meta.url)));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${server.address().port}/joining.html`, close: () => server.close() };
}
