// Which parts of a message are links that may be clicked: http and https alone, as people write them.

/** A piece of a text; `url` is set when it is a link. */
export interface Piece {
  text: string;
  url?: string;
}

const LINK = /\bhttps?:\/\/[^\s<>"“”]+/gi;
const TRAILING = /[.,;:!?'’)\]}]+$/; // belongs to the sentence around the link

/** Splits a text into pieces; put together again they are the text. */
export function findLinks(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    const link = withoutTrailing(match[0]);
    const url = safe(link);
    if (url === undefined) {
      continue;
    }
    if (match.index > end) {
      pieces.push({ text: text.slice(end, match.index) });
    }
    pieces.push({ text: link, url });
    end = match.index + link.length;
  }
  if (end < text.length) {
    pieces.push({ text: text.slice(end) });
  }
  return pieces;
}

// A bracket at the end stays when it was opened inside, as in Wikipedia's addresses.
function withoutTrailing(link: string): string {
  const [trailing = ''] = TRAILING.exec(link) ?? [];
  const bare = link.slice(0, link.length - trailing.length);
  const open = bare.split('(').length - bare.split(')').length;
  return open > 0 && trailing.startsWith(')') ? `${bare})` : bare;
}

// User names in an address make `https://bank.example@evil.example` look like another place.
function safe(link: string): string | undefined {
  try {
    const url = new URL(link);
    return /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' ? url.href : undefined;
  } catch {
    return undefined;
  }
}
