// The page without a server: its files as they were bundled, and the other end of its websocket in the test's hands.
// For everything a real server does too rarely, or too politely, to wait for.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { openPage } from './browser.js';

const WEB = fileURLToPath(new URL('../../dist/', import.meta.url));
const TYPES = { html: 'text/html', js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' };
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self' blob:; connect-src 'self'";

/** localhost is a secure context: cameras work. */
export const SECURE = 'http://localhost:9';
export const INSECURE = 'http://atrium.example';

export class FakeSignaling {
  /** Requests as they came, without pings and candidates. */
  requests = [];
  pings = [];
  /** Whether new sockets are accepted. */
  up = true;
  sockets = 0;
  /** method -> (params) => result or a promise of it, or throws {code, message}. Never answers when it gives undefined. */
  handlers = {
    ping: () => ({ value: 'pong' }),
    joinRoom: () => ({ value: [], sessionId: 'session-1', connections: 'paired' }),
    getRoom: () => this.handlers.joinRoom(),
    getChatHistory: () => ({ messages: [] }),
    subscribe: () => ({}),
    unsubscribe: () => ({}),
    setOff: () => ({}),
    leaveRoom: () => ({}),
    onIceCandidate: () => ({}),
    sendMessage: ({ userMessage, roomMessage, message }) => {
      this.notify('sendMessage', { user: userMessage, room: roomMessage, message });
      return {};
    },
    setVideoPreferences: () => ({}),
    setPreferredLayers: () => ({}),
    reportStatistics: () => ({}),
    getQuality: () => ({ streams: [] }),
    connect: () => {
      throw { code: 40007, message: 'reconnection error' };
    },
  };

  #socket = null;

  /** Opens the call page, talking to this fake. */
  open(browser, { origin = SECURE, path = '/', prepare, ...options } = {}) {
    return openPage(browser, origin + path, {
      ...options,
      prepare: async (page) => {
        await page.route(`${origin}/**`, serveFile);
        await page.routeWebSocket(/\/room$/, (socket) => this.#accept(socket));
        await prepare?.(page);
      },
    });
  }

  notify(method, params) {
    this.#socket.send(JSON.stringify({ method, params, jsonrpc: '2.0' }));
  }

  /** Cuts the connection without a word. */
  cut() {
    this.#socket.close({ code: 1011 });
  }

  count(method) {
    return this.requests.filter((request) => request.method === method).length;
  }

  #accept(socket) {
    this.sockets++;
    if (!this.up) {
      socket.close({ code: 1013 });
      return;
    }
    this.#socket = socket;
    socket.onMessage((text) => this.#receive(socket, JSON.parse(text)));
  }

  async #receive(socket, request) {
    const { id, method, params } = request;
    if (method === 'ping') {
      this.pings.push(request);
    } else if (method !== 'onIceCandidate') {
      this.requests.push(request);
    }
    const answer = (message) => socket.send(JSON.stringify({ id, ...message, jsonrpc: '2.0' }));
    try {
      const result = await this.handlers[method]?.(params);
      if (result !== undefined) {
        answer({ result });
      }
    } catch (error) {
      answer({ error });
    }
  }
}

async function serveFile(route) {
  const path = new URL(route.request().url()).pathname.slice(1) || 'index.html';
  const type = TYPES[path.split('.').pop()];
  if (!type) {
    await route.fulfill({ status: 404 });
    return;
  }
  const headers = { 'content-security-policy': POLICY };
  await route.fulfill({ body: await readFile(WEB + path), contentType: type, headers });
}
