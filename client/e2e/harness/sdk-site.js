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

/** Opens a page of the server's own origin with the SDK and nothing else on it: what namespaces reach is the server alone. */
export async function openSDK(page, server) {
  await page.goto(`${server}/atrium.js`);
  await page.evaluate(async () => {
    globalThis.sdk = await import('/atrium.js');
    document.body.replaceChildren();
  });
}

/**
 * Notes in `globalThis.pictures[user]` when pictures of them came, in milliseconds, and in `globalThis.happened` the
 * events of the room that tell of connections, as [name, milliseconds, payload].
 */
async function note(page) {
  await page.evaluate(() => {
    globalThis.pictures = {};
    globalThis.happened = [];
    const follow = (video) => {
      const seen = () => {
        (globalThis.pictures[video.id] ??= []).push(Date.now());
        video.requestVideoFrameCallback(seen);
      };
      video.requestVideoFrameCallback(seen);
    };
    new MutationObserver((changes) => changes.flatMap(({ addedNodes }) => [...addedNodes]).forEach((node) => node.tagName === 'VIDEO' && follow(node)))
      .observe(document.body, { childList: true });
    for (const name of ['reconnecting', 'reconnected', 'ended']) {
      globalThis.room.on(name, ({ cause, resumed, reason }) => globalThis.happened.push([name, Date.now(), { cause, resumed, reason }]));
    }
  });
}

/** Joins like watch, with a camera and a microphone of its own. */
export async function meet(page, server, { url = server.url, room, user, capture = { width: 320, height: 180 } }) {
  await prepare(page, { width: 320, height: 180 });
  await note(page);
  await page.evaluate(
    async ([address, join, video]) => {
      await globalThis.room.connect(address, join);
      await globalThis.room.local.publishCamera({ video });
    },
    [`${url.replace('http', 'ws')}/room`, { room, user }, capture],
  );
}

/**
 * Joins from the page and shows every picture in a <video> of `width` by `height`, whose id is the user's name.
 * `globalThis.room` is the Room, `globalThis.connections` are its RTCPeerConnections.
 */
export async function watch(page, server, { room, user, ...box }) {
  await prepare(page, box);
  await page.evaluate(
    ([url, join]) => globalThis.room.connect(url, join),
    [`${server.url.replace('http', 'ws')}/room`, { room, user }],
  );
}

async function prepare(page, size) {
  await page.waitForFunction(() => globalThis.sdk);
  await page.evaluate((box) => {
    globalThis.connections = [];
    const platform = globalThis.sdk.browserPlatform();
    const { peerConnection } = platform;
    platform.peerConnection = (config) => {
      const connection = peerConnection(config);
      globalThis.connections.push(connection);
      return connection;
    };
    globalThis.room = globalThis.sdk.createRoom({ platform });
    globalThis.room.on('trackSubscribed', ({ track, publication }) => {
      const { user } = publication.participant;
      if (track.kind === 'video' && !document.getElementById(user)) {
        document.body.append(Object.assign(document.createElement('video'), { id: user, muted: true, ...box }));
      }
      if (track.kind === 'video') {
        track.attach(document.getElementById(user));
      }
    });
  }, size);
}
