// The row of buttons under the call.

import type { Room } from '../../src/index.ts';
import { h, spoken } from '../dom.ts';
import type { Preferences } from '../entry/preferences.ts';
import { icon, type IconName } from '../icons.ts';
import type { OwnMedia } from '../own-media.ts';
import type { PanelName } from '../panel/panel.ts';
import { Menu, type MenuItem } from '../parts/menu.ts';
import { deviceToggle } from '../parts/toggle.ts';
import { LAYOUTS } from './layouts.ts';
import { isSharing, mayShare, toggleHand, toggleScreen } from './sharing.ts';
import { lift } from './silence.ts';

const PHONE = '(max-width: 640px)'; // as in style/toolbar.css: what is hidden there stands in the menu

/** What the toolbar has done by others. */
export interface Duties {
  togglePanel: (which: PanelName) => void;
  leave: () => void;
  /** What always stands in the menu. */
  menu: () => MenuItem[];
}

export class Toolbar {
  readonly element: HTMLElement;
  readonly #room: Room;
  readonly #preferences: Preferences;
  readonly #duties: Duties;
  readonly #screen: HTMLButtonElement;
  readonly #hand: HTMLButtonElement;
  readonly #chat: HTMLButtonElement;
  readonly #people: HTMLButtonElement;
  readonly #unread = badge('unread');
  readonly #waiting = badge('waitingCount');

  constructor(room: Room, own: OwnMedia, preferences: Preferences, duties: Duties) {
    this.#room = room;
    this.#preferences = preferences;
    this.#duties = duties;
    this.#screen = button('screen', 'screen', 'Share your screen', 's', () => void toggleScreen(room));
    this.#hand = button('hand', 'hand', 'Raise your hand', 'h', () => void toggleHand(room));
    this.#people = button('showPeople', 'people', 'People', 'p', () => duties.togglePanel('people'));
    this.#chat = button('showChat', 'chat', 'Chat', 'c', () => duties.togglePanel('chat'));
    this.#people.append(this.#waiting);
    this.#chat.append(this.#unread);
    [this.#people, this.#chat].forEach((opener) => opener.setAttribute('aria-controls', 'panel'));
    const layout = new Menu(button('layout', 'grid', 'Layout', 'l'), () => this.#layouts());
    const more = new Menu(button('more', 'more', 'More'), () => [...(matchMedia(PHONE).matches ? this.#moved() : []), ...duties.menu()]);
    layout.element.classList.add('secondary');
    [this.#screen, this.#people].forEach((element) => element.classList.add('secondary'));
    [this.#screen, this.#hand].forEach((element) => element.classList.add('switch'));
    this.element = h(
      'nav',
      { class: 'toolbar', 'aria-label': 'Call controls' },
      deviceToggle(own, 'microphone', { id: 'microphone', key: 'm', lift: () => void lift(room, own, 'microphone') }),
      deviceToggle(own, 'camera', { id: 'camera', key: 'v', lift: () => void lift(room, own, 'camera') }),
      this.#screen,
      this.#hand,
      h('span', { class: 'divider', 'aria-hidden': 'true' }),
      this.#people,
      this.#chat,
      layout.element,
      more.element,
      h('button', { id: 'buttonLeaveRoom', class: 'round danger leave', type: 'button', title: 'Leave', onclick: duties.leave }, icon('leave'), spoken('Leave')),
    );
    for (const event of ['participantChanged', 'localStreamEnded', 'stateChanged'] as const) {
      room.on(event, () => this.#show());
    }
  }

  /** Marks the button of the panel that is open. */
  showPanel(shown: PanelName | undefined): void {
    this.#chat.ariaExpanded = String(shown === 'chat');
    this.#people.ariaExpanded = String(shown === 'people');
    this.#show();
  }

  showUnread(count: number): void {
    showCount(this.#unread, count, `${count} unread`);
  }

  showWaiting(count: number): void {
    showCount(this.#waiting, count, `${count} waiting`);
  }

  #show(): void {
    const { local } = this.#room;
    this.#screen.hidden = !mayShare(this.#room);
    this.#screen.ariaPressed = String(isSharing(this.#room));
    this.#screen.title = `${isSharing(this.#room) ? 'Stop sharing your screen' : 'Share your screen'} (s)`;
    this.#hand.ariaPressed = String(local.handRaisedAt !== undefined);
    this.#hand.title = `${local.handRaisedAt === undefined ? 'Raise' : 'Lower'} your hand (h)`;
  }

  #layouts(): MenuItem[] {
    return LAYOUTS.map(({ name, label, icon: sign }) => ({
      id: `layout-${name}`,
      label,
      icon: sign,
      chosen: this.#preferences.get('layout') === name,
      run: () => this.#preferences.set('layout', name),
    }));
  }

  #moved(): MenuItem[] {
    const sharing = isSharing(this.#room);
    const share: MenuItem = { label: sharing ? 'Stop sharing your screen' : 'Share your screen', icon: 'screen', run: () => void toggleScreen(this.#room) };
    const people: MenuItem = { label: 'People', icon: 'people', run: () => this.#duties.togglePanel('people') };
    const layouts = this.#layouts().map((item) => ({ ...item, label: `${item.label} layout` }));
    return [people, ...(mayShare(this.#room) ? [share] : []), ...layouts];
  }
}

function button(id: string, name: IconName, label: string, key?: string, onclick?: () => void): HTMLButtonElement {
  const title = key === undefined ? label : `${label} (${key})`;
  return h('button', { id, class: 'round', type: 'button', title, 'aria-label': label, 'aria-keyshortcuts': key, ...(onclick && { onclick }) }, icon(name));
}

const badge = (id: string): HTMLElement => h('span', { id, class: 'badge', hidden: true });

function showCount(element: HTMLElement, count: number, meaning: string): void {
  element.hidden = count === 0;
  element.textContent = count > 99 ? '99+' : String(count);
  element.ariaLabel = meaning;
}
