// Dialogs: the browser's own, which keep the focus inside and give it back.

import { h, type Child } from '../dom.ts';
import { icon } from '../icons.ts';

let count = 0;

/** Opens a dialog; it is gone from the page when it closes. Answers the element, for `close()`. */
export function openDialog(title: string, properties: { id?: string; closed?: () => void }, ...content: Child[]): HTMLDialogElement {
  const titled = `dialogTitle${++count}`;
  const dialog: HTMLDialogElement = h(
    'dialog',
    { id: properties.id, class: 'dialog', 'aria-labelledby': titled },
    h(
      'header',
      { class: 'dialog-head' },
      h('h2', { id: titled }, title),
      h('button', { class: 'round small quiet', type: 'button', 'aria-label': 'Close', onclick: () => dialog.close() }, icon('close')),
    ),
    h('div', { class: 'dialog-body' }, ...content),
  );
  dialog.addEventListener('click', ({ target }: MouseEvent) => target === dialog && dialog.close()); // the backdrop
  dialog.addEventListener('close', () => {
    dialog.remove();
    properties.closed?.();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Asks before something that cannot be undone; answers whether to do it. */
export function confirm(title: string, text: string, action: string): Promise<boolean> {
  return new Promise((resolve) => {
    let agreed = false;
    const agree = (): void => {
      agreed = true;
      dialog.close();
    };
    const dialog = openDialog(
      title,
      { closed: () => resolve(agreed) },
      h('p', {}, text),
      h(
        'div',
        { class: 'dialog-buttons' },
        h('button', { class: 'button', type: 'button', autofocus: true, onclick: () => dialog.close() }, 'Cancel'),
        h('button', { class: 'button danger', type: 'button', 'data-confirm': true, onclick: agree }, action),
      ),
    );
  });
}
