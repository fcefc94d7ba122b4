// The layouts that one can choose, and how they are called.

import type { LayoutChoice } from '../entry/preferences.ts';
import type { IconName } from '../icons.ts';

export const LAYOUTS: readonly { name: LayoutChoice; label: string; icon: IconName }[] = [
  { name: 'auto', label: 'Automatic', icon: 'auto' },
  { name: 'grid', label: 'Grid', icon: 'grid' },
  { name: 'speaker', label: 'Speaker', icon: 'layout' },
];

/** The one after, around the circle. */
export function nextLayout(layout: LayoutChoice): LayoutChoice {
  const at = LAYOUTS.findIndex(({ name }) => name === layout);
  return LAYOUTS[(at + 1) % LAYOUTS.length]?.name ?? 'auto';
}
