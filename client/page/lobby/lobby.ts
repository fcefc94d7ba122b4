// The first screen: see oneself, say who one is and where to go, and wait to be let in where that is so.

import { onDevicesChanged } from '../../src/index.ts';
import { h, say } from '../dom.ts';
import type { Preferences } from '../entry/preferences.ts';
import type { OwnMedia } from '../own-media.ts';
import { DeviceSelect } from '../parts/device-select.ts';
import { themeButton } from '../parts/theme-button.ts';
import { describeDevices } from '../sentences.ts';
import { JoinForm, type Wish } from './join-form.ts';
import { Preview } from './preview.ts';
import { Waiting } from './waiting.ts';

export class Lobby {
  readonly element: HTMLElement;
  readonly #own: OwnMedia;
  readonly #preview: Preview;
  readonly #form: JoinForm;
  readonly #waiting = new Waiting();
  readonly #devices: DeviceSelect[];
  readonly #note = h('p', { id: 'deviceNote', class: 'note', role: 'status', hidden: true });

  constructor(own: OwnMedia, preferences: Preferences, join: (wish: Wish) => Promise<void>) {
    this.#own = own;
    this.#preview = new Preview(own);
    this.#devices = [
      new DeviceSelect('videoinput', 'lobbyCamera', own, preferences),
      new DeviceSelect('audioinput', 'lobbyMicrophone', own, preferences),
      new DeviceSelect('audiooutput', 'lobbySpeaker', own, preferences),
    ];
    const devices = h('div', { class: 'lobby-devices' }, this.#note, ...this.#devices.map(({ element }) => element));
    this.#form = new JoinForm(devices, join);
    this.element = h(
      'main',
      { id: 'lobby', class: 'lobby', hidden: true },
      h(
        'header',
        { class: 'lobby-head' },
        h('img', { src: './icon.svg', alt: '', width: 32, height: 32 }),
        h('span', { class: 'brand' }, 'Atrium'),
        themeButton(preferences),
      ),
      h('div', { class: 'lobby-columns' }, this.#preview.element, h('div', { class: 'lobby-side' }, this.#form.element, this.#waiting.element)),
    );
    own.on('changed', () => this.#showDevices());
    onDevicesChanged(() => this.#showDevices());
  }

  /** Shows the form, with what is known already. */
  open(wish: Wish, named: boolean, problem = ''): void {
    this.waitNoLonger();
    this.show();
    this.#form.open(wish, named, problem);
  }

  /** Shows the preview, and the form as it is. */
  show(): void {
    this.element.hidden = false;
    this.#preview.start();
    void this.#own.open();
    this.#showDevices();
  }

  /** Says that the person waits for a moderator; `giveUp` runs when they no longer want to. */
  wait(room: string, giveUp: () => void): void {
    this.#form.element.hidden = true;
    this.#waiting.open(room, giveUp);
  }

  /** Shows the form again. */
  waitNoLonger(): void {
    this.#waiting.close();
    this.#form.element.hidden = false;
  }

  close(): void {
    this.#preview.stop();
    this.element.hidden = true;
  }

  #showDevices(): void {
    if (!this.element.hidden) {
      say(this.#note, this.#own.opening ? '' : describeDevices(this.#own.problems));
      this.#devices.forEach((device) => void device.refresh());
    }
  }
}
