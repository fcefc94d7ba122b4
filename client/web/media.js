// The camera and microphone: asked for together, then one by one, so that whatever works is used.

const REASONS = {
  NotAllowedError: 'denied',
  SecurityError: 'denied',
  NotFoundError: 'absent',
  OverconstrainedError: 'absent',
  NotReadableError: 'busy',
  AbortError: 'busy',
};

/** Width x height wanted from the camera; what it cannot do it answers with its nearest. */
export const DEFAULT_SIZE = { width: 1280, height: 720 };

/**
 * Opens what can be opened. Never rejects: `stream` may hold two, one or no tracks, and `problems` says why, as
 * {camera, microphone} with one of 'denied', 'absent', 'busy', 'insecure'.
 */
export async function openDevices(size = DEFAULT_SIZE) {
  if (!navigator.mediaDevices?.getUserMedia) {
    return { stream: new MediaStream(), problems: { camera: 'insecure', microphone: 'insecure' } };
  }
  const audio = true;
  const video = { width: { ideal: size.width }, height: { ideal: size.height }, frameRate: { ideal: 30, max: 30 } };
  const both = await attempt({ audio, video });
  if (both.stream) {
    return { stream: both.stream, problems: {} };
  }
  if (both.reason === 'denied') {
    return { stream: new MediaStream(), problems: { camera: 'denied', microphone: 'denied' } };
  }
  const microphone = await attempt({ audio });
  const camera = await attempt({ video });
  const tracks = [microphone, camera].flatMap(({ stream }) => stream?.getTracks() ?? []);
  const problems = {};
  if (microphone.reason) {
    problems.microphone = microphone.reason;
  }
  if (camera.reason) {
    problems.camera = camera.reason;
  }
  return { stream: new MediaStream(tracks), problems };
}

/** What was opened, and whether each half is switched on. Emits 'change' for every change of that. */
export class Devices extends EventTarget {
  stream = new MediaStream();
  problems = {};
  /** Whether the person wants it on. */
  wanted = { microphone: true, camera: true };

  #opening = null;

  /** Opens once; later calls wait for the same opening. */
  open(size) {
    this.#opening ??= openDevices(size).then(({ stream, problems }) => {
      this.stream = stream;
      this.problems = problems;
      for (const track of stream.getTracks()) {
        track.addEventListener('ended', () => this.#changed());
      }
      this.#changed();
      return this;
    });
    return this.#opening;
  }

  /** Releases camera and microphone; open() may be called again. */
  close() {
    this.stream.getTracks().forEach((track) => track.stop());
    this.stream = new MediaStream();
    this.#opening = null;
  }

  /** Whether there is a working microphone or camera. */
  has(which) {
    return this.#track(which)?.readyState === 'live';
  }

  /** Whether it is there and switched on. */
  on(which) {
    return this.has(which) && this.wanted[which];
  }

  toggle(which, wanted = !this.wanted[which]) {
    this.wanted[which] = wanted;
    this.#changed();
  }

  #track(which) {
    return which === 'camera' ? this.stream.getVideoTracks()[0] : this.stream.getAudioTracks()[0];
  }

  // Muting is local: a disabled track sends silence or black, and the protocol has no word for it.
  #changed() {
    for (const which of ['microphone', 'camera']) {
      const track = this.#track(which);
      if (track) {
        track.enabled = this.wanted[which];
      }
    }
    this.dispatchEvent(new Event('change'));
  }
}

async function attempt(constraints) {
  try {
    return { stream: await navigator.mediaDevices.getUserMedia(constraints) };
  } catch (error) {
    return { reason: REASONS[error.name] ?? 'absent' };
  }
}
