// The settings while in a call: devices, how the page looks, and figures for the curious.

import { onDevicesChanged } from '../../src/index.ts';
import { LAYOUTS } from '../call/layouts.ts';
import { h, type Child } from '../dom.ts';
import type { Preferences, Theme } from '../entry/preferences.ts';
import type { OwnMedia } from '../own-media.ts';
import { DeviceSelect } from '../parts/device-select.ts';
import { openDialog } from '../parts/dialog.ts';
import { LevelBar } from '../parts/level-bar.ts';
import { choice } from './choice.ts';

const THEMES: readonly { name: Theme; label: string }[] = [
  { name: 'system', label: 'As the system' },
  { name: 'light', label: 'Light' },
  { name: 'dark', label: 'Dark' },
];

/** Opens the dialog; `toggleStatistics` shows or hides the figures on the tiles. */
export function openSettings(own: OwnMedia, preferences: Preferences, toggleStatistics: () => void): void {
  const devices = [
    new DeviceSelect('videoinput', 'settingsCamera', own, preferences),
    new DeviceSelect('audioinput', 'settingsMicrophone', own, preferences),
    new DeviceSelect('audiooutput', 'settingsSpeaker', own, preferences),
  ];
  const level = new LevelBar(own);
  const refresh = (): void => devices.forEach((device) => void device.refresh());
  const stops = [own.on('changed', refresh), onDevicesChanged(refresh), () => level.stop()];
  const [camera, microphone, speaker] = devices.map(({ element }) => element);
  openDialog(
    'Settings',
    { id: 'settings', closed: () => stops.forEach((stop) => stop()) },
    group('Devices', camera, microphone, level.element, speaker),
    group('Layout', choice('Layout', LAYOUTS, preferences.get('layout'), (name) => preferences.set('layout', name))),
    group('Look', choice('Look', THEMES, preferences.get('theme'), (name) => preferences.set('theme', name))),
    group('For the curious', h('button', { id: 'statistics', class: 'button', type: 'button', onclick: toggleStatistics }, 'Show or hide statistics')),
  );
  level.start();
  refresh();
}

function group(title: string, ...content: Child[]): HTMLElement {
  return h('section', { class: 'settings-group' }, h('h3', { class: 'label' }, title), ...content);
}
