// The screen of a call: bar, stage, panel and buttons, and what passes between them.

import type { Room } from '../../src/index.ts';
import { h } from '../dom.ts';
import type { Choices, Preferences } from '../entry/preferences.ts';
import type { OwnMedia } from '../own-media.ts';
import { Chat } from '../panel/chat.ts';
import { Panel, type PanelName } from '../panel/panel.ts';
import { People } from '../panel/people.ts';
import type { MenuItem } from '../parts/menu.ts';
import { announce } from '../parts/notices.ts';
import { openSettings } from '../settings/settings.ts';
import { createStage, type Stage } from '../stage/stage.ts';
import { Attendance } from './attendance.ts';
import { openHelp } from './help.ts';
import { bindKeys, type Key } from './keys.ts';
import { LAYOUTS, nextLayout } from './layouts.ts';
import { mayShare, toggleHand, toggleScreen } from './sharing.ts';
import { lift, UnmuteQuestion } from './silence.ts';
import { documentTitle } from './title.ts';
import { Toolbar } from './toolbar.ts';
import { Topbar } from './topbar.ts';
import { WakeLock } from './wake-lock.ts';

export class Call {
  readonly element: HTMLElement;
  /** What shows the people; undefined between calls. */
  stage: Stage | undefined;

  readonly #room: Room;
  readonly #own: OwnMedia;
  readonly #preferences: Preferences;
  readonly #topbar: Topbar;
  readonly #stageRoot = h('main', { id: 'stage', class: 'stage' });
  readonly #chat: Chat;
  readonly #panel: Panel;
  readonly #toolbar: Toolbar;
  readonly #question: UnmuteQuestion;
  readonly #wakeLock = new WakeLock();
  readonly #keys: readonly Key[];
  #unread = 0;

  /** `link` answers what others need to come here; `leave` ends the call. */
  constructor(room: Room, own: OwnMedia, preferences: Preferences, duties: { link: () => string; leave: () => void }) {
    this.#room = room;
    this.#own = own;
    this.#preferences = preferences;
    const copyLink = (): void => void copy(duties.link());
    this.#topbar = new Topbar(room, copyLink);
    this.#chat = new Chat(room);
    this.#panel = new Panel(this.#chat, new People(room), (shown) => this.#panelChanged(shown));
    this.#question = new UnmuteQuestion(room, own);
    this.#toolbar = new Toolbar(room, own, preferences, {
      togglePanel: (which) => this.#panel.toggle(which),
      leave: duties.leave,
      menu: () => this.#menu(copyLink),
    });
    this.element = h('div', { id: 'call', class: 'call', hidden: true }, this.#topbar.element, this.#stageRoot, this.#panel.element, this.#question.element, this.#toolbar.element);
    this.#keys = this.#bindings();
    bindKeys(this.#keys, () => !this.element.hidden);
    preferences.on('changed', ({ key }) => this.#chosen(key));
    new Attendance(room, this.#chat, (waiting) => this.#toolbar.showWaiting(waiting));
    room.on('chat', ({ message }) => message.user !== room.local.user && this.#noticeMessage());
    room.on('reconnected', () => void this.#chat.catchUp());
  }

  /** Makes the stage, before joining, so that no picture is missed. */
  prepare(): void {
    this.stage?.dispose();
    this.stage = createStage(this.#stageRoot, this.#room, this.#preferences);
    this.#chosen('audiooutput');
  }

  /** Shows the call that one has joined. */
  open(): void {
    this.element.hidden = false;
    this.#topbar.open();
    this.#panel.reset();
    this.#setUnread(0);
    this.#wakeLock.start();
    void this.#chat.open();
  }

  close(): void {
    this.stage?.dispose();
    this.stage = undefined;
    this.#question.close();
    this.#topbar.close();
    this.#wakeLock.stop();
    this.element.hidden = true;
    document.title = 'Atrium';
  }

  #chosen(key: keyof Choices): void {
    if (key === 'layout') {
      this.stage?.setLayout(this.#preferences.get('layout'));
    } else if (key === 'audiooutput' && this.#preferences.get('audiooutput') !== '') {
      this.stage?.setOutput(this.#preferences.get('audiooutput')).catch(() => {}); // it may be gone: the default plays
    }
  }

  #panelChanged(shown: PanelName | undefined): void {
    this.element.classList.toggle('with-panel', shown !== undefined);
    this.#toolbar.showPanel(shown);
    if (shown === 'chat') {
      this.#setUnread(0);
    }
  }

  #noticeMessage(): void {
    if (this.#panel.shown !== 'chat' || document.hidden) {
      this.#setUnread(this.#unread + 1);
    }
  }

  #setUnread(count: number): void {
    this.#unread = count;
    this.#toolbar.showUnread(count);
    document.title = documentTitle(this.#room.name, count);
  }

  #menu(copyLink: () => void): MenuItem[] {
    const items: MenuItem[] = [
      { id: 'openSettings', label: 'Settings', icon: 'settings', run: () => this.#openSettings() },
      { label: 'Copy link', icon: 'link', run: copyLink },
      { label: 'Statistics', icon: 'statistics', run: () => this.stage?.toggleStatistics() },
    ];
    if (document.fullscreenEnabled) {
      items.push({ label: document.fullscreenElement ? 'Leave full screen' : 'Full screen', icon: 'fullscreen', run: () => void toggleFullscreen() });
    }
    if (matchMedia('(pointer: fine)').matches) {
      items.push({ label: 'Keyboard', icon: 'keyboard', key: '?', run: () => openHelp(this.#keys) });
    }
    return items;
  }

  #openSettings(): void {
    openSettings(this.#own, this.#preferences, () => this.stage?.toggleStatistics());
  }

  #bindings(): Key[] {
    const device = (which: 'microphone' | 'camera') => (): void => {
      if (this.#own.has(which)) {
        void (this.#own.silenced(which) ? lift(this.#room, this.#own, which) : this.#own.toggle(which));
      }
    };
    return [
      { key: 'm', help: 'Microphone on or off', run: device('microphone') },
      { key: 'v', help: 'Camera on or off', run: device('camera') },
      { key: 's', help: 'Share your screen, or stop that', run: () => void (mayShare(this.#room) && toggleScreen(this.#room)) },
      { key: 'h', help: 'Raise or lower your hand', run: () => void toggleHand(this.#room) },
      { key: 'c', help: 'Chat', run: () => this.#panel.toggle('chat') },
      { key: 'p', help: 'People', run: () => this.#panel.toggle('people') },
      { key: 'l', help: 'Next layout', run: () => this.#nextLayout() },
      { key: 'Escape', help: 'Close what is open, or let go of a large tile', run: () => this.#escape() },
      { key: '?', help: 'This sheet', run: () => openHelp(this.#keys) },
    ];
  }

  #nextLayout(): void {
    const next = nextLayout(this.#preferences.get('layout'));
    this.#preferences.set('layout', next);
    announce(`Layout: ${LAYOUTS.find(({ name }) => name === next)?.label.toLowerCase() ?? next}`);
  }

  #escape(): void {
    if (this.#panel.shown) {
      this.#panel.close();
    } else {
      this.stage?.pin(undefined);
    }
  }
}

async function copy(link: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(link);
    announce('Link copied');
  } catch {
    announce(link); // no clipboard on insecure pages: shown, to be copied by hand
  }
}

async function toggleFullscreen(): Promise<void> {
  await (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen());
}
