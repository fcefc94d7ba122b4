// The list of the people in the call: who they are, whose hand is up, and for moderators what can be done about each.

import { byId, template, toast } from './dom.js';
import { BAN_SECONDS } from './moderation.js';
import { SCREEN, WEBCAM } from './stream.js';

const ACTIONS = {
  mute: (moderation, member) => moderation.mute(member, !member.muted(WEBCAM).audioMuted),
  ask: (moderation, member) => moderation.askToUnmute(member).then(() => toast(`${member.user} is asked to unmute`)),
  stopScreen: (moderation, member) => moderation.stopScreen(member),
  lowerHand: (moderation, member) => moderation.lowerHand(member),
  evict: (moderation, member, reason) => moderation.evict(member, reason),
  ban: (moderation, member, reason) => moderation.evict(member, reason, BAN_SECONDS),
};

export class People {
  #list;
  #act;
  #rows = new Map(); // user -> li

  /** `act(action)` runs `action(moderation)`, and tells when that fails. */
  constructor(list, act) {
    this.#list = list;
    this.#act = act;
  }

  /** Shows who is there: oneself, then raised hands in their order, then the others as they came. */
  show({ me, others }) {
    const members = [...others.values()].sort((a, b) => (a.hand || Infinity) - (b.hand || Infinity) || 0);
    const everybody = [me, ...members];
    for (const [user, row] of this.#rows) {
      if (user !== me.user && !others.has(user)) {
        row.remove();
        this.#rows.delete(user);
      }
    }
    const rows = everybody.map((member) => this.#row(member, me));
    rows.forEach((row, i) => this.#list.children[i] === row || this.#list.insertBefore(row, this.#list.children[i] ?? null));
    byId('headCount').textContent = everybody.length === 1 ? 'Only you' : `${everybody.length} people`;
  }

  clear() {
    this.#rows.clear();
    this.#list.replaceChildren();
  }

  #row(member, me) {
    const row = this.#rows.get(member.user) ?? this.#make(member.user, member === me);
    row.member = member;
    const { audioMuted } = member.muted(WEBCAM);
    const signs = [member.hand && 'hand raised', member.role && member.moderates && member.role, audioMuted && 'muted'];
    row.querySelector('.person-signs').textContent = signs.filter(Boolean).join(', ');
    const more = row.querySelector('.person-more');
    more.hidden = member === me || !me.may('moderate');
    row.querySelector('.person-actions').hidden = more.hidden || more.ariaExpanded !== 'true';
    row.querySelector('[data-action=mute]').textContent = audioMuted ? 'Let be heard' : 'Mute';
    row.querySelector('[data-action=stopScreen]').hidden = !member.streams.has(SCREEN);
    row.querySelector('[data-action=lowerHand]').hidden = !member.hand;
    return row;
  }

  #make(user, own) {
    const row = template('personRow');
    row.dataset.user = user;
    row.querySelector('.person-name').textContent = own ? `${user} (you)` : user;
    const more = row.querySelector('.person-more');
    more.ariaLabel = more.title = `What to do about ${user}`;
    const open = (wanted) => {
      more.ariaExpanded = String(wanted);
      row.querySelector('.person-actions').hidden = !wanted;
    };
    more.addEventListener('click', () => open(more.ariaExpanded !== 'true'));
    const reason = row.querySelector('input');
    reason.ariaLabel = `Reason, for ${user} to read`;
    for (const button of row.querySelectorAll('[data-action]')) {
      button.addEventListener('click', () => {
        this.#act((moderation) => ACTIONS[button.dataset.action](moderation, row.member, reason.value.trim()));
        open(false);
        more.focus();
      });
    }
    this.#rows.set(user, row);
    return row;
  }
}
