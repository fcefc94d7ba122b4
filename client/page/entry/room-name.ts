// Names for rooms that nobody has named: two words and a number, easy to say on the telephone.

const WHERE = [
  'amber', 'bright', 'calm', 'cedar', 'clear', 'copper', 'early', 'gentle', 'golden', 'green', 'hazel', 'indigo', 'ivory',
  'light', 'linen', 'lively', 'maple', 'mellow', 'north', 'olive', 'open', 'pearl', 'plain', 'quiet', 'silver', 'south',
  'stone', 'sunny', 'tidal', 'velvet', 'warm', 'wide',
];
const WHAT = [
  'arcade', 'balcony', 'bay', 'bridge', 'brook', 'court', 'dune', 'field', 'forest', 'fountain', 'gallery', 'garden',
  'grove', 'harbour', 'hill', 'island', 'lagoon', 'lake', 'library', 'meadow', 'orchard', 'patio', 'pavilion', 'pier',
  'plaza', 'porch', 'river', 'square', 'studio', 'terrace', 'valley', 'veranda',
];

/** Makes up a name, `calm-harbour-4711` say; `random` is like Math.random. One of about ten million. */
export function madeUpRoom(random: () => number = Math.random): string {
  const among = (words: readonly string[]): string => words[Math.floor(random() * words.length)] as string;
  return `${among(WHERE)}-${among(WHAT)}-${1000 + Math.floor(random() * 9000)}`;
}
