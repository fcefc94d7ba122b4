// How the camera is sent: in three sizes, so that everybody can be given the one that fits, or as the address says. A
// screen is sent in one size, because nobody can read a smaller one.

const SCREEN = { maxBitrate: 2_500_000 };
const HD = { pixels: 1280 * 720, bitrate: 1_700_000 };
const EXPONENT = 0.88; // a small picture needs more bits for each pixel: 500 kbit/s for 640x360, 150 for 320x180
const RIDS = ['l', 'm', 'h'];

const DEPENDENCY_DESCRIPTOR =
  'https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension';

/**
 * The sendEncodings for a camera of a size, smallest first. Just one, without a RID, for loopback, for a camera too
 * small to be worth more, and with a scalability mode, where one encoding holds all sizes.
 */
export function encodingsOf({ width = 0, height = 0 }, { loopback, mode, screen }) {
  if (screen) {
    return [{ ...SCREEN }];
  }
  const pixels = width * height;
  const count = loopback ? 1 : sizes(pixels);
  if (mode) {
    return [{ scalabilityMode: mode }];
  }
  if (count === 1) {
    return [{}];
  }
  return RIDS.slice(-count).map((rid, i) => {
    const scaleResolutionDownBy = 2 ** (count - 1 - i);
    return { rid, scaleResolutionDownBy, maxBitrate: bitrate(pixels / scaleResolutionDownBy ** 2) };
  });
}

// Chromium sends no more sizes than these, and would leave out the largest.
function sizes(pixels) {
  if (pixels >= 960 * 540) {
    return 3;
  }
  return pixels >= 480 * 270 ? 2 : 1;
}

function bitrate(pixels) {
  const exact = HD.bitrate * (pixels / HD.pixels) ** EXPONENT;
  return Math.round(exact / 50_000) * 50_000;
}

/** Offers a codec ('vp8', 'vp9', 'av1', 'h264') before the others. A browser that cannot choose offers its own first. */
export function preferCodec(transceiver, codec) {
  const { codecs = [] } = RTCRtpSender.getCapabilities?.('video') ?? {};
  const wanted = codecs.filter(({ mimeType }) => mimeType.toLowerCase() === `video/${codec}`);
  if (transceiver.setCodecPreferences && wanted.length > 0) {
    transceiver.setCodecPreferences([...wanted, ...codecs.filter((other) => !wanted.includes(other))]);
  }
}

/** Offers what tells the layers of scalable AV1 apart. Chromium leaves it out unless asked. */
export function offerDependencyDescriptor(transceiver) {
  if (!transceiver.setHeaderExtensionsToNegotiate) {
    return;
  }
  const extensions = transceiver.getHeaderExtensionsToNegotiate();
  for (const extension of extensions) {
    if (extension.uri === DEPENDENCY_DESCRIPTOR) {
      extension.direction = 'sendrecv';
    }
  }
  transceiver.setHeaderExtensionsToNegotiate(extensions);
}
