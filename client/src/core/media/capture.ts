import { AtriumError, type AtriumErrorCode } from '../errors.ts';
import type { Platform } from '../platform.ts';

const CODES: Record<string, AtriumErrorCode> = {
  NotAllowedError: 'permission-denied',
  SecurityError: 'permission-denied',
  NotFoundError: 'device-not-found',
  OverconstrainedError: 'device-not-found',
  NotReadableError: 'device-in-use',
  AbortError: 'device-in-use',
};

const CAMERA: MediaTrackConstraints = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } };

/** What could be captured, and why not the rest. */
export interface Captured {
  audioTrack?: MediaStreamTrack;
  videoTrack?: MediaStreamTrack;
  problems: AtriumError[];
}

/** What is to be captured: whether, or which. */
export interface Wanted {
  audio?: boolean | MediaTrackConstraints | undefined;
  video?: boolean | MediaTrackConstraints | undefined;
}

/** Opens camera and microphone: together, so that the person is asked once, then one by one. Never rejects. */
export async function capture(platform: Platform, { audio = false, video = false }: Wanted): Promise<Captured> {
  const wanted = { audio, video: video === true ? CAMERA : video && { ...CAMERA, ...video } };
  const both = await attempt(platform, wanted);
  const [refusal] = both.problems;
  // Who has closed the question does not want it again.
  if (!refusal || !audio || !video || !platform.devices || /dismissed/i.test(String(refusal.cause))) {
    return both;
  }
  const sound = await attempt(platform, { audio });
  const picture = await attempt(platform, { video: wanted.video });
  return { ...sound, ...picture, problems: [...sound.problems, ...picture.problems] };
}

/** Lets the person choose a screen, with its sound where the browser has that. Rejects when they do not. */
export async function captureScreen({ devices, secureContext }: Platform, audio: boolean): Promise<MediaStreamTrack[]> {
  if (!devices?.getDisplayMedia) {
    throw new AtriumError(secureContext ? 'not-supported' : 'insecure-origin');
  }
  try {
    return (await devices.getDisplayMedia({ video: { frameRate: { max: 15 } }, audio })).getTracks();
  } catch (error) {
    throw problem(error, 'Screen');
  }
}

async function attempt({ devices, secureContext }: Platform, wanted: MediaStreamConstraints): Promise<Captured> {
  if (!wanted.audio && !wanted.video) {
    return { problems: [] };
  }
  if (!devices) {
    return { problems: [new AtriumError(secureContext ? 'not-supported' : 'insecure-origin')] };
  }
  try {
    const stream = await devices.getUserMedia(wanted);
    const [audioTrack] = stream.getAudioTracks();
    const [videoTrack] = stream.getVideoTracks();
    return { ...(audioTrack && { audioTrack }), ...(videoTrack && { videoTrack }), problems: [] };
  } catch (error) {
    const what = !wanted.video ? 'Microphone' : wanted.audio ? 'Camera and microphone' : 'Camera';
    return { problems: [problem(error, what)] };
  }
}

function problem(error: unknown, what: string): AtriumError {
  const code = CODES[(error as Error).name] ?? 'not-supported';
  return new AtriumError(code, { text: `${what}: ${new AtriumError(code).message}`, cause: error });
}
