/**
 * How a picture is sent: a camera's in three sizes, so that everybody can be given the one that fits; a screen's in one,
 * because nobody can read a smaller one. The three are negotiated whatever the camera can do, and those that are too many
 * for it are left inactive: so another camera can take its place without negotiation.
 */
import type { PublishOptions } from '../options.ts';

const RIDS = ['l', 'm', 'h'];
const HD = { pixels: 1280 * 720, bitrate: 1_700_000 };
const EXPONENT = 0.88; // a small picture needs more bits for each pixel: 500 kbit/s for 640x360, 150 for 320x180
const SCREEN_BITRATE = 2_500_000;
const SVC_MODE = 'L3T3_KEY';

/** What decides about the encodings of a picture. */
export interface Picture {
  /** Pixels; 0: no camera is open yet. */
  width: number;
  height: number;
  screen: boolean;
  options: PublishOptions;
  /** Whether one encoding can hold all sizes (VP9 and AV1, in browsers that can). */
  scalable: boolean;
}

/** How many sizes are worth it. Chromium sends no more of a picture of that size, and would leave out the largest. */
function sizes(pixels: number): number {
  return pixels >= 960 * 540 ? 3 : pixels >= 480 * 270 ? 2 : 1;
}

/** The sendEncodings of a new transceiver, smallest first. One alone has no RID. */
export function encodingsOf(picture: Picture): RTCRtpEncodingParameters[] {
  const { screen, scalable, options } = picture;
  const single = screen || scalable || options.simulcast === false;
  const encodings: RTCRtpEncodingParameters[] = single ? [{}] : RIDS.map((rid) => ({ rid }));
  if (!screen && scalable) {
    Object.assign(encodings[0]!, { scalabilityMode: options.scalabilityMode ?? SVC_MODE });
  }
  return fit(encodings, picture);
}

/**
 * Sets sizes and bitrates of encodings, smallest first, for the picture that is sent now, and switches off those that it
 * does not fill, and those of `unwatched` RIDs, but never all.
 */
export function fit<T extends RTCRtpEncodingParameters>(encodings: T[], picture: Picture, unwatched?: ReadonlySet<string>): T[] {
  const pixels = picture.width * picture.height || HD.pixels;
  const { maxBitrate, maxFramerate } = picture.options;
  const full = picture.screen ? SCREEN_BITRATE : bitrate(pixels);
  const cut = maxBitrate ? maxBitrate / full : 1;
  const count = Math.min(encodings.length, sizes(pixels));
  encodings.forEach((encoding, i) => {
    const scale = 2 ** Math.max(0, count - 1 - i);
    const whole = picture.screen ? full : bitrate(pixels / scale ** 2);
    encoding.maxBitrate = Math.round(whole * cut);
    encoding.active = i < count && (i === 0 || !unwatched?.has(encoding.rid ?? ''));
    if (encodings.length > 1) {
      encoding.scaleResolutionDownBy = scale;
    }
    if (maxFramerate) {
      encoding.maxFramerate = maxFramerate;
    }
  });
  return encodings;
}

// In steps of 50 kbit/s.
function bitrate(pixels: number): number {
  const exact = HD.bitrate * (pixels / HD.pixels) ** EXPONENT;
  return Math.max(1, Math.round(exact / 50_000)) * 50_000;
}
