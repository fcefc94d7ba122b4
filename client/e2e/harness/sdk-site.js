// An application of its own, on an origin of its own, that uses the SDK of the server.

import { once } from 'node:events';
import { createServer } from 'node:http';

const page = (server) => `<!doctype html>
<meta charset="utf-8">
<title>An application with the SDK</title>
<style>body { margin: 0; display: grid; grid-template-columns: repeat(3, max-content) } video { object-fit: cover; background: #222 }</style>
<script type="module">
  import * as sdk from '${server.url}/atrium.js';
  globalThis.sdk = sdk;
</script>`;

/** Serves the page. Answers its URL; it is closed when `t` ends. */
export async function serveSDK(t, server) {
  const site = createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(page(server));
  });
  site.listen(0, '127.0.0.1');
  await once(site, 'listening');
  t.after(() => (site.closeAllConnections(), site.close()));
  return `http://127.0.0.1:${site.address().port}/`;
}

/**
 * Joins from the page and shows every picture in a <video> of `width` by `height`, whose id is the user's name.
 * `globalThis.room` is the Room, `globalThis.connections` are its RTCPeerConnections.
 */
export async function watch(page, server, { room, user, width, height }) {
  await page.waitForFunction(() => globalThis.sdk);
  await page.evaluate(
    async ([url, join, box]) => {
      globalThis.connections = [];
      const platform = globalThis.sdk.browserPlatform();
      const { peerConnection } = platform;
      platform.peerConnection = (config) => {
        const connection = peerConnection(config);
        globalThis.connections.push(connection);
        return connection;
      };
      const own = globalThis.sdk.createRoom({ platform });
      globalThis.room = own;
      own.on('trackSubscribed', ({ track, publication }) => {
        if (track.kind !== 'video') {
          return;
        }
        const video = Object.assign(document.createElement('video'), { id: publication.participant.user, muted: true, ...box });
        document.body.append(video);
        track.attach(video);
      });
      await own.connect(url, join);
    },
    [`${server.url.replace('http', 'ws')}/room`, { room, user }, { width, height }],
  );
}
