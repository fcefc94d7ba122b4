/** One or two letters that stand for a name where there is no picture. */
export function initials(name: string): string {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
  const first = words[0] ?? name;
  const letters = words.length > 1 ? [first, words.at(-1) ?? ''] : [first];
  return letters.map((word) => [...word][0]?.toLocaleUpperCase() ?? '').join('');
}
