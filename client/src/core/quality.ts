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
