// One person in the list: name, marks, and for moderators what can be done about them.

import type { Participant, Publication } from '../../src/index.ts';
import { fill, h, set, spoken } from '../dom.ts';
import { icon, type IconName } from '../icons.ts';
import { avatarOf } from '../stage/avatar.ts';
import { ACTIONS, type Action, type ActionName } from './actions.ts';

/** What a row does when one of its buttons is clicked. */
export type Act = (name: ActionName, user: string, reason: string) => void;

export class PersonRow {
  readonly element: HTMLLIElement;
  readonly #name = h('span', { class: 'person-name', dir: 'auto' });
  readonly #role = h('span', { class: 'person-role' });
  readonly #marks = h('span', { class: 'person-marks' });
  readonly #more: HTMLButtonElement;
  readonly #actions = h('div', { class: 'person-actions', hidden: true });
  readonly #buttons: Map<Action, HTMLButtonElement>;
  readonly #reason: HTMLInputElement;

  constructor(user: string, act: Act) {
    const label = `What to do about ${user}`;
    const onclick = (): void => this.#open(this.#actions.hidden !== false);
    this.#more = h('button', { class: 'person-more round small quiet', type: 'button', 'aria-expanded': 'false', 'aria-label': label, title: label, onclick }, icon('more'));
    this.#reason = h('input', { class: 'input', maxlength: 200, placeholder: 'Reason (if you like)', 'aria-label': `Reason, for ${user} to read` });
    this.#buttons = new Map(ACTIONS.map((action) => [action, this.#button(action, user, act)]));
    const [grave, mild] = [true, false].map((wanted) => ACTIONS.filter((action) => (action.grave === true) === wanted).map((action) => this.#buttons.get(action)));
    fill(this.#actions, ...(mild ?? []), this.#reason, ...(grave ?? []));
    this.element = h(
      'li',
      { class: 'person', 'data-user': user },
      avatarOf(user),
      h('span', { class: 'person-who' }, this.#name, this.#role),
      this.#marks,
      this.#more,
      this.#actions,
    );
  }

  /** Shows how the person is; `place` is that of their hand among those that are raised, from 1. */
  show(person: Participant, moderating: boolean, place: number): void {
    const camera = person.publications.get('webcam');
    this.#name.textContent = person.isLocal ? `${person.user} (you)` : person.user;
    this.#role.textContent = person.role === 'moderator' || person.role === 'admin' ? (person.role === 'admin' ? 'Administrator' : 'Moderator') : '';
    fill(this.#marks, ...marks(person, camera, place));
    this.element.classList.toggle('speaking', person.speaking);
    this.#more.hidden = person.isLocal || !moderating;
    if (this.#more.hidden) {
      this.#open(false);
    }
    for (const [{ label, possible }, button] of this.#buttons) {
      button.textContent = label(person);
      button.hidden = !(possible?.(person) ?? true);
    }
  }

  #open(wanted: boolean): void {
    this.#actions.hidden = !wanted;
    this.#more.ariaExpanded = String(wanted);
  }

  #button({ name, grave }: Action, user: string, act: Act): HTMLButtonElement {
    const button = h('button', { type: 'button', 'data-action': name, class: `button compact${grave ? ' danger' : ''}` });
    set(button, {
      onclick: () => {
        act(name, user, this.#reason.value.trim());
        this.#reason.value = '';
        this.#open(false);
        this.#more.focus();
      },
    });
    return button;
  }
}

function marks(person: Participant, camera: Publication | undefined, place: number): HTMLElement[] {
  const silent = !camera?.hasAudio || camera.audioOff || camera.audioMuted;
  const dark = !camera?.hasVideo || camera.videoOff || camera.videoMuted;
  const mark = (name: IconName, meaning: string, kind = ''): HTMLElement => h('span', { class: `mark ${kind}`, title: meaning }, icon(name), spoken(meaning));
  return [
    person.handRaisedAt !== undefined && h('span', { class: 'mark hand', title: 'Hand raised' }, icon('hand'), String(place), spoken(' in the row of raised hands')),
    person.publications.has('screen') && mark('screen', 'shares a screen', 'good'),
    camera?.audioMuted ? mark('microphone-off', 'muted by a moderator', 'bad') : mark(silent ? 'microphone-off' : 'microphone', silent ? 'microphone off' : 'microphone on', silent ? '' : 'good'),
    mark(dark ? 'camera-off' : 'camera', dark ? 'camera off' : 'camera on', dark ? '' : 'good'),
  ].filter((element) => element !== false);
}
