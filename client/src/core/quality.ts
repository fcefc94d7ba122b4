import type { Writable } from './json.ts';
import type { Participant } from './participant.ts';
import type { Room } from './room.ts';
import { list } from './wire.ts';

/** How well somebody is heard and seen, or, of oneself, how good one's own connection is. */
export interface ConnectionQuality {
  readonly level: 'excellent' | 'good' | 'poor' | 'lost' | 'unknown';
  /** 1 (bad) to 5. */
  readonly score?: number;
  /** What is to blame: one's own connection, the sender's, a size that the sender does not send, or the server. */
  readonly cause?: 'downlink' | 'uplink' | 'publisher layer' | 'overload';
  /** One sentence for people; empty when all is well. */
  readonly text: string;
}

/** Nothing is known yet. */
export const UNKNOWN: ConnectionQuality = { level: 'unknown', text: '' };

const CAUSES = {
  downlink: 'Your connection is weak.',
  uplink: 'Their connection is weak.',
  'publisher layer': '',
  overload: 'The server is busy.',
};

/** A track, as getQuality answers. */
interface WireTrack {
  score?: number;
  cause?: NonNullable<ConnectionQuality['cause']>;
}

/** What the worst of the tracks says. */
function judge(tracks: WireTrack[]): ConnectionQuality {
  const [worst] = tracks.filter(({ score }) => score! > 0).sort((a, b) => a.score! - b.score!);
  if (!worst) {
    return UNKNOWN;
  }
  const { score, cause } = worst as Required<WireTrack>;
  const level = score >= 4 ? 'excellent' : score >= 3 ? 'good' : 'poor';
  return { level, score, text: '', ...(Object.hasOwn(CAUSES, cause) && { cause, text: CAUSES[cause] }) };
}

/** Asks the server how well one receives, and tells the participants. */
export async function judgeAll(room: Room): Promise<void> {
  if (!room.participants.size) {
    return;
  }
  const { streams } = await room.call<{ streams?: unknown }>('getQuality').catch(() => ({ streams: [] }));
  const mine: WireTrack[] = [];
  for (const participant of room.participants.values()) {
    const senders = [...participant.publications.values()].map(({ sender }) => sender);
    const tracks = list<{ sender?: string; tracks?: unknown }>(streams)
      .filter(({ sender }) => senders.includes(sender!))
      .flatMap((stream) => list<WireTrack>(stream.tracks));
    mine.push(...tracks.filter(({ cause }) => !cause || cause === 'downlink'));
    tell(room, participant, judge(tracks));
  }
  tell(room, room.local, judge(mine));
}

function tell(room: Room, participant: Writable<Participant>, quality: ConnectionQuality): void {
  const before = participant.quality;
  participant.quality = quality;
  if (before.level !== quality.level || before.cause !== quality.cause) {
    room.emit('qualityChanged', { participant, quality });
  }
}
