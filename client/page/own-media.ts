// One's own camera and microphone, the same in the lobby and in the call: whether they are there, whether they are on,
// and what a moderator has muted.

import { type AtriumError, Emitter, environmentProblem, type PublishOptions, type Room } from '../src/index.ts';
import type { Address } from './entry/address.ts';
import type { Preferences } from './entry/preferences.ts';
import { complain } from './parts/notices.ts';

export type Own = 'microphone' | 'camera';

const KIND = { microphone: 'audio', camera: 'video' } as const;
const ABOUT_DEVICES = ['permission-denied', 'device-not-found', 'device-in-use', 'insecure-origin', 'not-supported'];
const SIZE = { width: 1280, height: 720 };

/** Tells `changed` whenever a button or picture of one's own has to look different. */
export class OwnMedia extends Emitter<{ changed: object }> {
  /** Why a device is not there. */
  problems: { camera?: AtriumError; microphone?: AtriumError } = {};
  /** Whether the browser is being asked for devices at present. */
  opening = false;

  readonly #room: Room;
  readonly #preferences: Preferences;
  readonly #address: Address;

  constructor(room: Room, preferences: Preferences, address: Address) {
    super();
    this.#room = room;
    this.#preferences = preferences;
    this.#address = address;
    room.on('participantChanged', ({ participant }) => participant.isLocal && this.emit('changed', {}));
    room.on('localStreamEnded', () => this.emit('changed', {}));
    room.on('stateChanged', () => this.emit('changed', {}));
  }

  /** Opens what can be opened, unless it is open. Never rejects: `problems` says what is missing. */
  async open(): Promise<void> {
    const { local } = this.#room;
    if (this.opening || local.publications.has('webcam')) {
      return;
    }
    this.opening = true;
    this.problems = {};
    this.emit('changed', {});
    await Promise.all([local.setMicrophone(this.#preferences.get('microphone')), local.setCamera(this.#preferences.get('camera'))]);
    try {
      this.#judge((await local.publishCamera(this.#options())).problems);
    } catch (error) {
      this.#failed(error as AtriumError);
    }
    this.opening = false;
    this.emit('changed', {});
  }

  /** Whether there is such a device to switch on. */
  has(which: Own): boolean {
    return this.#publication !== undefined && (this.#track(which) !== undefined || !this.problems[which]);
  }

  /** Whether it is there and switched on. */
  isOn(which: Own): boolean {
    return this.has(which) && this.#room.local[`${which}On`];
  }

  /** Whether a moderator muted it. */
  silenced(which: Own): boolean {
    return this.#publication?.[`${KIND[which]}Muted`] ?? false;
  }

  /** Switches it over, or to `on`. */
  async toggle(which: Own, on: boolean = !this.isOn(which)): Promise<void> {
    this.#preferences.set(which, on);
    try {
      await (which === 'camera' ? this.#room.local.setCamera(on) : this.#room.local.setMicrophone(on));
      delete this.problems[which];
    } catch (error) {
      complain(error);
    }
    this.emit('changed', {});
  }

  /** The picture that is captured at present. */
  get videoTrack(): MediaStreamTrack | undefined {
    return this.#publication?.videoTrack;
  }

  get audioTrack(): MediaStreamTrack | undefined {
    return this.#publication?.audioTrack;
  }

  /** Uses another device from now on, here and next time; of a loudspeaker the call takes notice by the preferences. */
  async choose(kind: MediaDeviceKind, deviceId: string): Promise<void> {
    this.#preferences.set(kind, deviceId);
    if (kind !== 'audiooutput') {
      await this.#room.local.setDevice(kind, deviceId);
      const which = kind === 'audioinput' ? 'microphone' : 'camera';
      await (this.#publication ? this.problems[which] && this.toggle(which, true) : this.open());
    }
    this.emit('changed', {});
  }

  get #publication() {
    return this.#room.local.publications.get('webcam');
  }

  #options(): PublishOptions {
    const { size = SIZE, codec, mode } = this.#address;
    return {
      audio: this.#device('audioinput') ?? true,
      video: {
        ...this.#device('videoinput'),
        width: { ideal: size.width },
        height: { ideal: size.height },
        frameRate: { ideal: 30, max: 30 },
      },
      ...(codec && { codec }),
      ...(mode && { scalabilityMode: mode, ...(codec ? {} : { codec: 'vp9' as const }) }),
    };
  }

  // `ideal`, because the device of last time may be elsewhere now.
  #device(kind: 'audioinput' | 'videoinput'): MediaTrackConstraints | undefined {
    const deviceId = this.#preferences.get(kind);
    return deviceId === '' ? undefined : { deviceId: { ideal: deviceId } };
  }

  // Which device a problem is about is seen by which is missing.
  #judge(problems: readonly AtriumError[]): void {
    const missing = (['camera', 'microphone'] as const).filter((which) => this.#preferences.get(which) && !this.#track(which));
    missing.reverse().forEach((which, i) => {
      const problem = environmentProblem() ?? problems[i] ?? problems.at(-1);
      if (problem) {
        this.problems[which] = problem;
      }
    });
  }

  #failed(error: AtriumError): void {
    if (ABOUT_DEVICES.includes(error.code)) {
      this.#judge([error]);
    } else if (error.code !== 'aborted') {
      complain(error); // the server's refusal
    }
  }

  #track(which: Own): MediaStreamTrack | undefined {
    return which === 'camera' ? this.videoTrack : this.audioTrack;
  }
}
