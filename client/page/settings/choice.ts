// One of a few words, as a row of radio buttons.

import { h } from '../dom.ts';

/** Makes the row; `choose` runs with the name of the one that was chosen. */
export function choice<N extends string>(label: string, options: readonly { name: N; label: string }[], chosen: N, choose: (name: N) => void): HTMLElement {
  return h(
    'div',
    { class: 'choice', role: 'radiogroup', 'aria-label': label },
    ...options.map((option) =>
      h(
        'label',
        {},
        h('input', { type: 'radio', name: `choice-${label}`, value: option.name, checked: option.name === chosen, onchange: () => choose(option.name) }),
        h('span', {}, option.label),
      ),
    ),
  );
}
