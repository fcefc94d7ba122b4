// A page of another origin that speaks WHIP and WHEP with nothing but fetch and RTCPeerConnection.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { openPage, until } from './browser.js';

/** Serves an empty page. Answers its URL; it is closed when `t` ends. */
export async function serveEmptyPage(t) {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>WHIP</title><video autoplay muted playsinline></video>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => (server.closeAllConnections(), server.close()));
  return `http://127.0.0.1:${server.address().port}/`;
}

/** Publishes the camera of a new page by WHIP; `relayed`: through the TURN server of the Link headers, or not at all. */
export async function publishByWHIP(browser, site, endpoint, options) {
  return connect(browser, site, endpoint, options, async (connection) => {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 360 } });
    for (const track of stream.getTracks()) {
      connection.addTransceiver(track, { direction: 'sendonly', streams: [stream] });
    }
  });
}

/** Plays a publisher in a new page by WHEP, likewise. */
export async function playByWHEP(browser, site, endpoint, options) {
  return connect(browser, site, endpoint, options, (connection) => {
    connection.addTransceiver('audio', { direction: 'recvonly' });
    connection.addTransceiver('video', { direction: 'recvonly' });
    connection.ontrack = ({ streams }) => {
      document.querySelector('video').srcObject = streams[0];
    };
  });
}

/** Opens a page, prepares its connection with `prepare`, which runs there, and begins a session at the endpoint. */
async function connect(browser, site, endpoint, { relayed = false } = {}, prepare) {
  const page = await openPage(browser, site);
  await page.evaluate(sessionsInThePage);
  await page.evaluate(`globalThis.session = new Session(${JSON.stringify(endpoint)}, ${prepare}, ${relayed})`);
  await page.evaluate(() => globalThis.session.begin());
  await until(page, () => globalThis.session.connection.connectionState === 'connected');
  return page;
}

/** Waits until the page has received `frames` more pictures, and some sound. */
export async function playsOn(page, frames) {
  const received = async () =>
    page.evaluate(async () => {
      document.querySelector('video').muted = false; // of a muted one getStats hears nothing
      const report = [...(await globalThis.session.connection.getStats()).values()];
      const of = (kind) => report.find((entry) => entry.type === 'inbound-rtp' && entry.kind === kind) ?? {};
      return { frames: of('video').framesDecoded ?? 0, energy: of('audio').totalAudioEnergy ?? 0 };
    });
  const before = await received();
  await until(
    page,
    async (wanted) => {
      const report = [...(await globalThis.session.connection.getStats()).values()];
      const of = (kind) => report.find((entry) => entry.type === 'inbound-rtp' && entry.kind === kind) ?? {};
      return (of('video').framesDecoded ?? 0) >= wanted && (of('audio').totalAudioEnergy ?? 0) > 0;
    },
    before.frames + frames,
    { timeout: 20_000 },
  );
}

// Runs in the page.
function sessionsInThePage() {
  const FRAGMENT = 'application/trickle-ice-sdpfrag';
  const line = (sdp, name) => sdp.match(new RegExp(`^a=${name}:(.*)\r$`, 'm'))?.[1];

  // RFC 9725 section 4.6.
  const serversOf = (links) =>
    [...links.matchAll(/<([^>]+)>; rel="ice-server"(?:; username="([^"]*)"; credential="([^"]*)")?/g)].map(
      ([, urls, username, credential]) => (username ? { urls, username, credential } : { urls }),
    );

  globalThis.Session = class {
    constructor(endpoint, prepare, relayed) {
      this.endpoint = endpoint;
      this.prepare = prepare;
      this.relayed = relayed;
      this.connection = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
    }

    /** POST, and the candidates after it. */
    async begin() {
      await this.prepare(this.connection);
      const { sdp } = await this.connection.createOffer();
      const response = await fetch(this.endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/sdp' },
        body: sdp,
      });
      if (response.status !== 201) {
        throw new Error(`${response.status} ${await response.text()}`);
      }
      this.url = new URL(response.headers.get('location'), this.endpoint).href;
      this.tag = response.headers.get('etag');
      this.answer = await response.text();
      if (this.relayed) {
        const iceServers = serversOf(response.headers.get('link'));
        this.connection.setConfiguration({ bundlePolicy: 'max-bundle', iceServers, iceTransportPolicy: 'relay' });
      }
      await this.connection.setLocalDescription({ type: 'offer', sdp }); // gathering begins
      await this.connection.setRemoteDescription({ type: 'answer', sdp: this.answer });
      await this.patch(this.tag, 204);
    }

    /** A new offer, and what the server says to its ICE. */
    async restart() {
      this.connection.restartIce();
      await this.connection.setLocalDescription();
      const response = await this.patch('*', 200);
      this.tag = response.headers.get('etag');
      const fragment = await response.text();
      const candidates = (fragment.match(/^a=candidate:.*\r\n/gm) ?? []).join('');
      this.answer = this.answer
        .replace(/^a=candidate:.*\r\n/gm, '')
        .replace(/^a=ice-ufrag:.*\r\n/gm, `a=ice-ufrag:${line(fragment, 'ice-ufrag')}\r\n${candidates}`)
        .replace(/^a=ice-pwd:.*\r\n/gm, `a=ice-pwd:${line(fragment, 'ice-pwd')}\r\n`);
      await this.connection.setRemoteDescription({ type: 'answer', sdp: this.answer });
    }

    async patch(match, status) {
      await this.gathered();
      const { sdp } = this.connection.localDescription;
      const candidates = new Set(sdp.match(/^a=candidate:.*\r\n/gm));
      const body =
        `a=ice-ufrag:${line(sdp, 'ice-ufrag')}\r\na=ice-pwd:${line(sdp, 'ice-pwd')}\r\n` +
        `m=audio 9 RTP/AVP 0\r\na=mid:0\r\n${[...candidates].join('')}a=end-of-candidates\r\n`;
      const headers = { 'content-type': FRAGMENT, 'if-match': match };
      const response = await fetch(this.url, { method: 'PATCH', headers, body });
      if (response.status !== status) {
        throw new Error(`${response.status} ${await response.text()}`);
      }
      return response;
    }

    async gathered() {
      while (this.connection.iceGatheringState !== 'complete') {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }

    async end() {
      const { status } = await fetch(this.url, { method: 'DELETE' });
      return status;
    }
  };
}
