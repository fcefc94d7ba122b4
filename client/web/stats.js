// The few numbers of getStats that say whether a person is seen and heard.

/** Flattens an RTCStatsReport; `sent` lists the encodings. Absent streams leave their members undefined. */
export function summarise(report, state) {
  const summary = { state };
  for (const entry of report.values()) {
    switch (`${entry.type}/${entry.kind ?? ''}`) {
      case 'inbound-rtp/video':
        Object.assign(summary, {
          framesDecoded: entry.framesDecoded,
          keyFramesDecoded: entry.keyFramesDecoded,
          framesDropped: entry.framesDropped,
          frameWidth: entry.frameWidth,
          frameHeight: entry.frameHeight,
          freezeCount: entry.freezeCount,
          totalFreezesDuration: entry.totalFreezesDuration,
          videoPacketsReceived: entry.packetsReceived,
          videoPacketsLost: entry.packetsLost,
          videoBytesReceived: entry.bytesReceived,
          nackCount: entry.nackCount,
          pliCount: entry.pliCount,
          videoCodec: report.get(entry.codecId)?.mimeType,
        });
        break;
      case 'inbound-rtp/audio':
        Object.assign(summary, {
          totalAudioEnergy: entry.totalAudioEnergy,
          audioLevel: entry.audioLevel,
          audioPacketsReceived: entry.packetsReceived,
          audioPacketsLost: entry.packetsLost,
          concealedSamples: entry.concealedSamples,
          totalSamplesReceived: entry.totalSamplesReceived,
        });
        break;
      case 'outbound-rtp/video':
        summary.sent ??= [];
        summary.sent.push({
          rid: entry.rid,
          active: entry.active,
          frameWidth: entry.frameWidth,
          frameHeight: entry.frameHeight,
          framesPerSecond: entry.framesPerSecond,
          framesEncoded: entry.framesEncoded,
          bytes: entry.bytesSent,
          limitedBy: entry.qualityLimitationReason,
          scalabilityMode: entry.scalabilityMode,
          videoCodec: report.get(entry.codecId)?.mimeType,
        });
        break;
      case 'candidate-pair/':
        if (entry.nominated) {
          summary.roundTripTime = entry.currentRoundTripTime;
          summary.protocol = report.get(entry.localCandidateId)?.protocol;
        }
        break;
    }
  }
  return summary;
}
