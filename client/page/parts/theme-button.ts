// Dark or light, one click away.

import { h } from '../dom.ts';
import type { Preferences } from '../entry/preferences.ts';
import { icon } from '../icons.ts';

/** Makes a button that changes to the other look. */
export function themeButton(preferences: Preferences): HTMLButtonElement {
  const dark = (): boolean => {
    const theme = preferences.get('theme');
    return theme === 'system' ? matchMedia('(prefers-color-scheme: dark)').matches : theme === 'dark';
  };
  const label = 'Change between dark and light';
  const onclick = (): void => preferences.set('theme', dark() ? 'light' : 'dark');
  return h('button', { class: 'round small quiet', type: 'button', 'aria-label': label, title: label, onclick }, icon('theme'));
}
