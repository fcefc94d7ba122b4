// How well a person is received: what was measured here goes to the server, and the server's opinion to their tile.

const INTERVAL = 5_000; // ms
const POOR = 3.5; // of 5: what is worse is marked
const FINE = 3.8; // the mark goes away
const FAIR = 2.5; // two bars of three, else one

const CAUSES = {
  downlink: () => 'your connection',
  uplink: (user) => `${user}'s connection`,
  'publisher layer': (user) => `${user}'s camera sends no larger picture`,
  overload: () => 'the server is busy',
};

/**
 * Answers the mark for a person with these tracks of getQuality, {bars, text}, or null when all is well. `marked` tells
 * whether there is a mark already. What is paused says so itself.
 */
export function judge(user, tracks, marked) {
  const judged = tracks.filter(({ score, paused }) => score > 0 && !paused);
  const [worst] = judged.sort((a, b) => a.score - b.score);
  if (!worst || worst.score >= (marked ? FINE : POOR)) {
    return null;
  }
  const cause = CAUSES[worst.cause]?.(user);
  const what = worst.kind === 'audio' ? 'Sound' : 'Picture';
  const text = `${what}: ${worst.score.toFixed(1)} of 5${cause ? `, ${cause}` : ''}`;
  return { bars: worst.score < FAIR ? 1 : 2, text };
}

/** What reportStatistics takes of a summary of stats.js. */
export function measured(summary) {
  const { freezeCount, totalFreezesDuration, framesDecoded } = summary;
  const { concealedSamples, totalSamplesReceived, audioPacketsLost: packetsLost } = summary;
  return { freezeCount, totalFreezesDuration, framesDecoded, concealedSamples, totalSamplesReceived, packetsLost };
}

/** Exchanges measurements for opinions while a call lasts. */
export class QualityWatch {
  #timer = null;

  /** `judged(qualities)` gets a Map from sender to tracks. */
  start(room, judged) {
    this.stop();
    let busy = false;
    this.#timer = setInterval(async () => {
      if (busy || room.state !== 'joined') {
        return;
      }
      busy = true;
      await exchange(room, judged).catch(() => {}); // the connection was lost, or somebody left meanwhile
      busy = false;
    }, INTERVAL);
  }

  stop() {
    clearInterval(this.#timer);
  }
}

async function exchange(room, judged) {
  for (const { user, stream, peer } of room.connections.list()) {
    if (user !== room.user && peer.state === 'connected') {
      await room.reception.report(user, stream, measured(await peer.stats()));
    }
  }
  judged(await room.reception.quality());
}
