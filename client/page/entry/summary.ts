// The figures of getStats that say whether a person is seen and heard.

/** What comes of a stream, or in `sent`, for each encoding, what goes out. */
export interface Summary {
  framesDecoded?: number;
  keyFramesDecoded?: number;
  framesDropped?: number;
  frameWidth?: number;
  frameHeight?: number;
  freezeCount?: number;
  totalFreezesDuration?: number;
  videoPacketsReceived?: number;
  videoPacketsLost?: number;
  videoBytesReceived?: number;
  nackCount?: number;
  pliCount?: number;
  videoCodec?: string;
  totalAudioEnergy?: number;
  audioLevel?: number;
  audioPacketsReceived?: number;
  audioPacketsLost?: number;
  concealedSamples?: number;
  totalSamplesReceived?: number;
  roundTripTime?: number;
  protocol?: string;
  sent?: Record<string, unknown>[];
}

type Entry = Record<string, unknown>;

const VIDEO = ['framesDecoded', 'keyFramesDecoded', 'framesDropped', 'frameWidth', 'frameHeight', 'freezeCount', 'totalFreezesDuration', 'nackCount', 'pliCount'];
const AUDIO = ['totalAudioEnergy', 'audioLevel', 'concealedSamples', 'totalSamplesReceived'];
const SENT = ['rid', 'active', 'frameWidth', 'frameHeight', 'framesPerSecond', 'framesEncoded', 'scalabilityMode'];

/** Puts the reports of one stream's tracks together. */
export function summarise(reports: readonly RTCStatsReport[]): Summary {
  const summary: Entry = {};
  for (const report of reports) {
    const codec = ({ codecId }: Entry): unknown => (report.get(codecId as string) as Entry | undefined)?.['mimeType'];
    for (const entry of report.values() as Iterable<Entry>) {
      Object.assign(summary, take(entry, summary, codec, report));
    }
  }
  return summary;
}

function take(entry: Entry, summary: Entry, codec: (entry: Entry) => unknown, report: RTCStatsReport): Entry {
  switch (`${entry['type'] as string}/${(entry['kind'] as string | undefined) ?? ''}`) {
    case 'inbound-rtp/video':
      return { ...pick(entry, VIDEO), ...packets(entry, 'video'), videoBytesReceived: entry['bytesReceived'], videoCodec: codec(entry) };
    case 'inbound-rtp/audio':
      return { ...pick(entry, AUDIO), ...packets(entry, 'audio') };
    case 'outbound-rtp/video': {
      const encoding = { ...pick(entry, SENT), bytes: entry['bytesSent'], limitedBy: entry['qualityLimitationReason'], videoCodec: codec(entry) };
      return { sent: [...((summary['sent'] as Entry[] | undefined) ?? []), encoding] };
    }
    case 'candidate-pair/': {
      const local = report.get(entry['localCandidateId'] as string) as Entry | undefined;
      return entry['nominated'] === true ? { roundTripTime: entry['currentRoundTripTime'], protocol: local?.['protocol'] } : {};
    }
    default:
      return {};
  }
}

const pick = (entry: Entry, names: readonly string[]): Entry => Object.fromEntries(names.map((name) => [name, entry[name]]));

const packets = (entry: Entry, kind: string): Entry => ({ [`${kind}PacketsReceived`]: entry['packetsReceived'], [`${kind}PacketsLost`]: entry['packetsLost'] });
