// What the page's address says: #/rooms/<room> as in Kurento's demo, a token behind it, and the options of docs/page.md.

/** What somebody wrote into the address, or a link did for them; what is not there is empty or undefined. */
export interface Address {
  room: string;
  user: string;
  token: string;
  /** What the camera is asked for. */
  size: { width: number; height: number } | undefined;
  codec: 'vp8' | 'vp9' | 'h264' | 'av1' | undefined;
  /** A mode of scalable coding. */
  mode: string | undefined;
}

const TOKEN = /[#&]token=([\w.-]+)$/; // never in the query, which servers log
const SIZE = /^(\d{2,4})x(\d{2,4})$/;
const CODEC = /^(vp8|vp9|h264|av1)$/;
const MODE = /^[LS][1-3]T[1-3]h?(_KEY)?(_SHIFT)?$/;

/** Reads an address; what makes no sense in it counts as absent. */
export function readAddress({ hash, search }: Pick<Location, 'hash' | 'search'>): Address {
  const query = new URLSearchParams(search);
  const [fragment, token] = TOKEN.exec(hash) ?? [];
  const [, room] = /^#\/rooms\/([^/]+)/.exec(fragment ? hash.replace(fragment, '') : hash) ?? [];
  const [, width, height] = SIZE.exec(query.get('size') ?? '') ?? [];
  return {
    room: room === undefined ? (query.get('room') ?? '') : decode(room),
    user: query.get('name') ?? '',
    token: token ?? '',
    size: width === undefined ? undefined : { width: Number(width), height: Number(height) },
    codec: CODEC.exec(query.get('codec') ?? '')?.[0] as Address['codec'],
    mode: MODE.exec(query.get('mode') ?? '')?.[0],
  };
}

/** The link that brings somebody else to the same room. */
export function roomLink({ origin, pathname }: Pick<Location, 'origin' | 'pathname'>, room: string): string {
  return `${origin}${pathname}#/rooms/${encodeURIComponent(room)}`;
}

/** The same address for people to see and browsers to remember. */
export function withoutToken({ pathname, search, hash }: Pick<Location, 'pathname' | 'search' | 'hash'>): string {
  return pathname + search + hash.replace(TOKEN, '');
}

/** Where the room server is: beside the page. */
export function socketUrl({ href }: Pick<Location, 'href'>): string {
  const url = new URL('./room', href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  url.hash = url.search = '';
  return url.href;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
