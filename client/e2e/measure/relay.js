// A UDP relay that delays every datagram, as a network between client and server would. To the server each client is an
// address of its own, as behind a NAT.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';

// Firefox sends nothing to loopback candidates when it has another interface.
function ownAddress() {
  const all = Object.values(networkInterfaces()).flat();
  const outside = all.find(({ internal, family }) => !internal && family === 'IPv4');
  return outside?.address ?? '127.0.0.1';
}

/** Relays datagrams between clients and 127.0.0.1:`port`, `delay` ms each way; answers where clients send to. */
export async function relay(port, delay) {
  const host = ownAddress();
  const outer = createSocket('udp4').bind(0, host);
  await once(outer, 'listening');
  const inner = new Map(); // client -> the socket that stands for it
  outer.on('message', (datagram, client) => {
    const key = `${client.address}:${client.port}`;
    if (!inner.has(key)) {
      const socket = createSocket('udp4').bind(0, '127.0.0.1');
      socket.on('message', (back) => setTimeout(() => outer.send(back, client.port, client.address), delay));
      inner.set(key, socket);
    }
    setTimeout(() => inner.get(key).send(datagram, port, '127.0.0.1'), delay);
  });
  return `${host}:${outer.address().port}`;
}
