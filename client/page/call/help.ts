// The sheet that says what the keys do.

import { h } from '../dom.ts';
import { openDialog } from '../parts/dialog.ts';
import type { Key } from './keys.ts';

/** Opens the sheet. */
export function openHelp(keys: readonly Key[]): void {
  const rows = keys.map(({ key, help }) => h('div', { class: 'key-row' }, h('dt', {}, h('kbd', {}, key === 'Escape' ? 'Esc' : key)), h('dd', {}, help)));
  openDialog('Keyboard', { id: 'help' }, h('dl', { class: 'keys' }, ...rows));
}
