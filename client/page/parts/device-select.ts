// The fields for camera, microphone and speaker, in the lobby and in the settings.

import { listDevices } from '../../src/index.ts';
import { fill, h } from '../dom.ts';
import type { Preferences } from '../entry/preferences.ts';
import { icon, type IconName } from '../icons.ts';
import type { OwnMedia } from '../own-media.ts';
import { complain } from './notices.ts';

const KINDS: Record<MediaDeviceKind, { label: string; icon: IconName }> = {
  videoinput: { label: 'Camera', icon: 'camera' },
  audioinput: { label: 'Microphone', icon: 'microphone' },
  audiooutput: { label: 'Speaker', icon: 'speaker' },
};

/** A field to choose a device of one kind; it hides itself where the browser names none. */
export class DeviceSelect {
  readonly element: HTMLElement;
  readonly #kind: MediaDeviceKind;
  readonly #select: HTMLSelectElement;
  readonly #own: OwnMedia;
  readonly #preferences: Preferences;

  constructor(kind: MediaDeviceKind, id: string, own: OwnMedia, preferences: Preferences) {
    this.#kind = kind;
    this.#own = own;
    this.#preferences = preferences;
    const { label, icon: name } = KINDS[kind];
    this.#select = h('select', { id, class: 'select', onchange: () => this.#choose() });
    this.element = h('div', { class: 'device-select', hidden: true }, h('label', { for: id, title: label }, icon(name), h('span', {}, label)), this.#select);
  }

  /** Shows the devices that there are. */
  async refresh(): Promise<void> {
    const devices = (await listDevices(this.#kind)).filter(({ deviceId }) => deviceId !== '');
    this.element.hidden = devices.length === 0;
    fill(this.#select, ...devices.map(({ deviceId, label }, i) => h('option', { value: deviceId }, label || `${KINDS[this.#kind].label} ${i + 1}`)));
    const used = this.#used();
    this.#select.value = devices.some(({ deviceId }) => deviceId === used) ? used : (devices[0]?.deviceId ?? '');
  }

  #used(): string {
    const track = { videoinput: this.#own.videoTrack, audioinput: this.#own.audioTrack, audiooutput: undefined }[this.#kind];
    return track?.getSettings().deviceId ?? this.#preferences.get(this.#kind);
  }

  #choose(): void {
    this.#own.choose(this.#kind, this.#select.value).catch((error: unknown) => {
      complain(error);
      void this.refresh();
    });
  }
}
