/** What getStats gave in a call of Chromium 156 and Firefox 153 through Atrium, less the members that nobody here looks at. */

type Entry = { id: string } & Record<string, string | number | boolean>;

interface Recorded {
  sent: Entry[];
  received: Entry[];
}

export const CHROMIUM: Recorded = {
  sent: [
    {"id": "COT01_111_minptime=10;useinbandfec=1", "timestamp": 1795889329567.663, "type": "codec", "mimeType": "audio/opus"},
    {"id": "COT01_96", "timestamp": 1795889329567.663, "type": "codec", "mimeType": "video/VP8"},
    {"id": "CPf+pNyUNQ_1BbBquod", "timestamp": 1795889329567.663, "type": "candidate-pair", "availableOutgoingBitrate": 650371, "bytesReceived": 30137, "bytesSent": 1141593, "currentRoundTripTime": 0.006, "localCandidateId": "If+pNyUNQ", "nominated": true, "packetsReceived": 573},
    {"id": "If+pNyUNQ", "timestamp": 1795889329567.663, "type": "local-candidate", "protocol": "udp"},
    {"id": "OT01A3028378260", "timestamp": 1795889329567.663, "type": "outbound-rtp", "codecId": "COT01_111_minptime=10;useinbandfec=1", "kind": "audio", "bytesSent": 244552, "mid": "0"},
    {"id": "OT01V3856157034", "timestamp": 1795889329567.663, "type": "outbound-rtp", "codecId": "COT01_96", "kind": "video", "bytesSent": 560699, "frameHeight": 180, "frameWidth": 320, "framesPerSecond": 3, "mid": "1", "qualityLimitationReason": "none", "rid": "l"},
    {"id": "OT01V4048633361", "timestamp": 1795889329567.663, "type": "outbound-rtp", "codecId": "COT01_96", "kind": "video", "bytesSent": 0, "mid": "1", "qualityLimitationReason": "none", "rid": "h"},
    {"id": "OT01V526672868", "timestamp": 1795889329567.663, "type": "outbound-rtp", "codecId": "COT01_96", "kind": "video", "bytesSent": 143479, "mid": "1", "qualityLimitationReason": "none", "rid": "m"},
    {"id": "RIA3028378260", "timestamp": 1795889329058.918, "type": "remote-inbound-rtp", "codecId": "COT01_111_minptime=10;useinbandfec=1", "kind": "audio", "jitter": 0.018916, "packetsLost": 0, "fractionLost": 0},
    {"id": "RIV3856157034", "timestamp": 1795889329058.91, "type": "remote-inbound-rtp", "codecId": "COT01_96", "kind": "video", "jitter": 0.070244, "packetsLost": 0, "fractionLost": 0},
    {"id": "RIV526672868", "timestamp": 1795889300574.953, "type": "remote-inbound-rtp", "codecId": "COT01_96", "kind": "video", "jitter": 0.0044329999999999994, "packetsLost": 0, "fractionLost": 0},
    {"id": "T01", "timestamp": 1795889329567.663, "type": "transport", "bytesReceived": 30137, "bytesSent": 1141593, "packetsReceived": 573, "selectedCandidatePairId": "CPf+pNyUNQ_1BbBquod"},
  ],
  received: [
    {"id": "CIT01_111_minptime=10;useinbandfec=1", "timestamp": 1795889329567.699, "type": "codec", "mimeType": "audio/opus"},
    {"id": "CIT01_96", "timestamp": 1795889329567.699, "type": "codec", "mimeType": "video/VP8"},
    {"id": "CP5rleKHfh_pZP6iv8Y", "timestamp": 1795889329567.699, "type": "candidate-pair", "availableOutgoingBitrate": 300000, "bytesReceived": 1809838, "bytesSent": 30228, "currentRoundTripTime": 0.231, "localCandidateId": "I5rleKHfh", "nominated": true, "packetsReceived": 3652},
    {"id": "I5rleKHfh", "timestamp": 1795889329567.699, "type": "local-candidate", "protocol": "udp"},
    {"id": "IT01A779604934", "timestamp": 1795889329567.699, "type": "inbound-rtp", "codecId": "CIT01_111_minptime=10;useinbandfec=1", "kind": "audio", "jitter": 0.037, "packetsLost": 0, "packetsReceived": 1745, "bytesReceived": 280945, "concealedSamples": 94848, "jitterBufferDelay": 356064, "jitterBufferEmittedCount": 1649280, "mid": "0", "silentConcealedSamples": 57360, "totalSamplesReceived": 1833120},
    {"id": "IT01V4178741338", "timestamp": 1795889329567.699, "type": "inbound-rtp", "codecId": "CIT01_96", "kind": "video", "jitter": 0.094, "packetsLost": 0, "packetsReceived": 31, "bytesReceived": 9484, "frameHeight": 1080, "frameWidth": 1920, "framesDecoded": 11, "framesPerSecond": 3, "freezeCount": 0, "jitterBufferDelay": 12.657537, "jitterBufferEmittedCount": 12, "mid": "2", "totalDecodeTime": 2.90459, "totalFreezesDuration": 0},
    {"id": "IT01V625613072", "timestamp": 1795889329567.699, "type": "inbound-rtp", "codecId": "CIT01_96", "kind": "video", "jitter": 0.056, "packetsLost": 0, "packetsReceived": 1705, "bytesReceived": 1332630, "frameHeight": 720, "frameWidth": 1280, "framesDecoded": 604, "framesPerSecond": 4, "freezeCount": 6, "jitterBufferDelay": 225.79898799999998, "jitterBufferEmittedCount": 605, "mid": "1", "totalDecodeTime": 6.6357029999999995, "totalFreezesDuration": 2.567},
    {"id": "T01", "timestamp": 1795889329567.699, "type": "transport", "bytesReceived": 1809838, "bytesSent": 33769, "packetsReceived": 3652, "selectedCandidatePairId": "CP5rleKHfh_pZP6iv8Y"},
  ],
};

export const FIREFOX: Recorded = {
  sent: [
    {"id": "879a3da5", "timestamp": 1795889328593, "type": "outbound-rtp", "codecId": "69bf92fe", "kind": "audio", "bytesSent": 284164, "mid": "0"},
    {"id": "edb6f7f1", "timestamp": 1795889328593, "type": "outbound-rtp", "codecId": "a17e6aa1", "kind": "video", "bytesSent": 4439579, "frameHeight": 180, "frameWidth": 320, "framesPerSecond": 26, "mid": "1", "rid": "l"},
    {"id": "1436f72e", "timestamp": 1795889328593, "type": "outbound-rtp", "codecId": "a17e6aa1", "kind": "video", "bytesSent": 143187, "frameHeight": 0, "frameWidth": 0, "framesPerSecond": 0, "mid": "1", "rid": "m"},
    {"id": "23946961", "timestamp": 1795889328593, "type": "outbound-rtp", "codecId": "a17e6aa1", "kind": "video", "bytesSent": 1777887, "frameHeight": 720, "frameWidth": 1280, "framesPerSecond": 26, "mid": "1", "rid": "h"},
    {"id": "f7b47222", "timestamp": 1795889328593, "type": "outbound-rtp", "codecId": "a17e6aa1", "kind": "video", "bytesSent": 225999, "frameHeight": 1080, "frameWidth": 1920, "framesPerSecond": 9, "mid": "2"},
    {"id": "a270221c", "timestamp": 1795889327917, "type": "remote-inbound-rtp", "codecId": "69bf92fe", "kind": "audio", "jitter": 0.005791, "packetsLost": 0, "packetsReceived": 1730, "fractionLost": 0},
    {"id": "c3579519", "timestamp": 1795889327917, "type": "remote-inbound-rtp", "codecId": "a17e6aa1", "kind": "video", "jitter": 0.0149, "packetsLost": 0, "packetsReceived": 794, "fractionLost": 0},
    {"id": "6ed663e5", "timestamp": 1795889307513, "type": "remote-inbound-rtp", "codecId": "a17e6aa1", "kind": "video", "jitter": 0.008722222222222221, "packetsLost": 0, "packetsReceived": 190, "fractionLost": 0},
    {"id": "53652f8", "timestamp": 1795889327917, "type": "remote-inbound-rtp", "codecId": "a17e6aa1", "kind": "video", "jitter": 0.003922222222222222, "packetsLost": 0, "packetsReceived": 1938, "fractionLost": 0},
    {"id": "98577d3d", "timestamp": 1795889327917, "type": "remote-inbound-rtp", "codecId": "a17e6aa1", "kind": "video", "jitter": 0.07321111111111112, "packetsLost": 0, "packetsReceived": 89, "fractionLost": 0},
    {"id": "9b4586f4", "timestamp": 1795889328592, "type": "candidate-pair", "bytesReceived": 44690, "bytesSent": 7384366, "currentRoundTripTime": 0.002, "localCandidateId": "d9fb7cdb", "nominated": true, "selected": true},
    {"id": "d9fb7cdb", "timestamp": 1795889328592, "type": "local-candidate", "protocol": "udp"},
    {"id": "69bf92fe", "timestamp": 1795889328592, "type": "codec", "mimeType": "audio/opus"},
    {"id": "a17e6aa1", "timestamp": 1795889328592, "type": "codec", "mimeType": "video/VP8"},
    {"id": "f8427298", "timestamp": 1795889328592, "type": "transport", "selectedCandidatePairId": "9b4586f4"},
  ],
  received: [
    {"id": "64db308f", "timestamp": 1795889328593, "type": "inbound-rtp", "codecId": "779fb5f0", "kind": "audio", "jitter": 0.025, "packetsLost": 0, "packetsReceived": 1848, "bytesReceived": 114271, "concealedSamples": 6078, "jitterBufferDelay": 464899.2, "jitterBufferEmittedCount": 1722240, "mid": "0", "silentConcealedSamples": 2880, "totalSamplesReceived": 1711200},
    {"id": "7b722ec", "timestamp": 1795889328593, "type": "inbound-rtp", "codecId": "9b1267c7", "kind": "video", "jitter": 0.10342222222222222, "packetsLost": 0, "packetsReceived": 901, "bytesReceived": 540948, "frameHeight": 180, "frameWidth": 320, "framesDecoded": 836, "framesPerSecond": 4, "freezeCount": 7, "jitterBufferDelay": 51.018028, "jitterBufferEmittedCount": 836, "mid": "1", "totalDecodeTime": 2.028, "totalFreezesDuration": 3.943},
    {"id": "9d08c6ad", "timestamp": 1795889328592, "type": "candidate-pair", "bytesReceived": 764966, "bytesSent": 34469, "currentRoundTripTime": 0, "localCandidateId": "d027dc78", "nominated": true, "selected": true},
    {"id": "d027dc78", "timestamp": 1795889328592, "type": "local-candidate", "protocol": "udp"},
    {"id": "779fb5f0", "timestamp": 1795889328592, "type": "codec", "mimeType": "audio/opus"},
    {"id": "9b1267c7", "timestamp": 1795889328592, "type": "codec", "mimeType": "video/VP8"},
    {"id": "340980dc", "timestamp": 1795889328592, "type": "transport", "selectedCandidatePairId": "9d08c6ad"},
  ],
};
