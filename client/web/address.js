// What the page's address says: #/rooms/<room> as in Kurento's demo, or ?room=&name=&loopback=1&size=640x360.

/** Answers {room, user, loopback, size}; room and user are empty, size is null, when not given. */
export function readAddress({ hash, search }) {
  const query = new URLSearchParams(search);
  const [, room] = /^#\/rooms\/([^/]+)/.exec(hash) ?? [];
  const [, width, height] = /^(\d+)x(\d+)$/.exec(query.get('size') ?? '') ?? [];
  return {
    room: room ? decode(room) : query.get('room') ?? '',
    user: query.get('name') ?? '',
    loopback: query.get('loopback') === '1',
    size: width ? { width: Number(width), height: Number(height) } : null,
  };
}

/** The address that brings somebody else to the same room. */
export function roomLink({ origin, pathname }, room) {
  return `${origin}${pathname}#/rooms/${encodeURIComponent(room)}`;
}

/** The room server is where the page came from. */
export function socketUrl({ href }) {
  const url = new URL('./room', href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.hash = url.search = '';
  return url.href;
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
