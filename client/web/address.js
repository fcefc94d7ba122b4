// What the page's address says: #/rooms/<room> as in Kurento's demo, a token behind it, and the options that docs/page.md
// describes.

/**
 * Answers {room, user, token, loopback, size, codec, mode}. When not given, room, user and token are empty, size is null,
 * codec is one that can do the mode, and mode is undefined.
 */
export function readAddress({ hash, search }) {
  const query = new URLSearchParams(search);
  const [token] = TOKEN.exec(hash) ?? [''];
  const [, room] = /^#\/rooms\/([^/]+)/.exec(hash.replace(token, '')) ?? [];
  const [, width, height] = /^(\d+)x(\d+)$/.exec(query.get('size') ?? '') ?? [];
  const [mode] = /^[LS][1-3]T[1-3]h?(_KEY)?(_SHIFT)?$/.exec(query.get('mode') ?? '') ?? [];
  const [codec] = /^(vp8|vp9|h264|av1)$/.exec(query.get('codec') ?? '') ?? [mode ? 'vp9' : 'vp8'];
  return {
    room: room ? decode(room) : query.get('room') ?? '',
    user: query.get('name') ?? '',
    token: token.slice('&token='.length),
    loopback: query.get('loopback') === '1',
    size: width ? { width: Number(width), height: Number(height) } : null,
    codec,
    mode,
  };
}

const TOKEN = /[#&]token=[\w.-]+$/; // never in the query, which servers log

/** The address that brings somebody else to the same room. */
export function roomLink({ origin, pathname }, room) {
  return `${origin}${pathname}#/rooms/${encodeURIComponent(room)}`;
}

/** The same address for people to see and browsers to remember. */
export function withoutToken({ pathname, search, hash }) {
  return pathname + search + hash.replace(TOKEN, '');
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
