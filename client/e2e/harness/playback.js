// Watches every tile of every person for a while. getStats counts a freeze only when it is over, so the time since the
// last decoded frame is looked at as well.

const SAMPLE = 200; // ms
const STILL = 2_000; // ms without a new frame at the end: this picture stands

/**
 * Observes `everybody` for `seconds`. Answers {freezes, longestGap, stillFrozen, slowest, sentence}: freezes that began
 * in that time (by getStats), the longest time without a new frame in ms, the tiles that stood still at the end as
 * 'viewer<-publisher', and the fewest frames per second of a tile.
 */
export async function playback(everybody, { seconds }) {
  const tiles = (await Promise.all(everybody.map((viewer) => watch(viewer, seconds)))).flat();
  const freezes = tiles.reduce((sum, tile) => sum + tile.freezes, 0);
  const longestGap = Math.max(...tiles.map((tile) => tile.longestGap));
  const slowest = Math.min(...tiles.map((tile) => tile.frames / seconds));
  const stillFrozen = tiles.filter((tile) => tile.gapAtEnd >= STILL).map((tile) => tile.name);
  const sentence =
    `${tiles.length} tiles for ${seconds} s: ${freezes} freezes, longest time without a new frame ` +
    `${Math.round(longestGap)} ms (sampled every ${SAMPLE} ms), slowest tile ${slowest.toFixed(1)} frames/s, ` +
    `${stillFrozen.length} frozen at the end`;
  return { freezes, longestGap, slowest, stillFrozen, sentence };
}

// Runs in the page, so that a busy test process does not look like a busy picture.
async function watch(viewer, seconds) {
  const tiles = await viewer.page.evaluate(
    ([milliseconds, sample]) =>
      new Promise((resolve) => {
        const { atrium } = globalThis;
        const users = [...atrium.room.participants.keys()];
        const tiles = new Map(users.map((user) => [user, { user, longestGap: 0 }]));
        const began = performance.now();
        const look = async () => {
          const last = performance.now() - began >= milliseconds;
          for (const [user, tile] of tiles) {
            const stats = (await atrium.getStats(user)) ?? {};
            const now = performance.now();
            tile.first ??= stats;
            tile.changedAt ??= now;
            tile.gapAtEnd = now - tile.changedAt;
            tile.longestGap = Math.max(tile.longestGap, tile.gapAtEnd);
            if (stats.framesDecoded !== tile.last?.framesDecoded) {
              tile.changedAt = now;
            }
            tile.last = stats;
          }
          last ? resolve([...tiles.values()]) : setTimeout(look, sample);
        };
        look();
      }),
    [seconds * 1_000, SAMPLE],
  );
  return tiles.map(({ user, first, last, longestGap, gapAtEnd }) => ({
    name: `${viewer.name}<-${user}`,
    freezes: (last.freezeCount ?? 0) - (first.freezeCount ?? 0),
    frames: (last.framesDecoded ?? 0) - (first.framesDecoded ?? 0),
    longestGap,
    gapAtEnd,
  }));
}
