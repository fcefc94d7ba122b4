// The call screen: what happens in a Room goes to the parts of the page that show it.

import { Chat } from './chat.js';
import { Controls } from './controls.js';
import { Desk } from './desk.js';
import { byId, say, toast } from './dom.js';
import { describeEnding, describeJoin, HELD_AGAIN, RECONNECTED, RECONNECTING, SOUND_BLOCKED } from './messages.js';
import { Moderation } from './moderation.js';
import { Panel } from './panel.js';
import { People } from './people.js';
import { QualityWatch } from './quality.js';
import { bindKeys } from './shortcuts.js';
import { follow } from './stage.js';
import { converse, say as tell } from './talk.js';
import { Tiles } from './tiles.js';

export class Call {
  /** The Room of this call, or null in between. */
  room = null;
  tiles;

  #ended;
  #chat;
  #controls;
  #desk;
  #panel;
  #people;
  #quality = new QualityWatch();
  #link = '';

  /** `ended(sentence)` runs when the call is over; the sentence is empty when the person left. */
  constructor({ devices, ended }) {
    this.#ended = ended;
    this.#chat = new Chat({
      list: byId('messages'),
      form: byId('chatForm'),
      input: byId('chatText'),
      send: (text) => tell(this.room, text),
    });
    this.#panel = new Panel(this.#chat);
    this.tiles = new Tiles(byId('tiles'), {
      blocked: () => this.#soundBlocked(),
      levelOf: (user) => this.room?.connections.get(user)?.audioLevel() ?? 0,
      prefer: (...wish) => this.room?.reception.prefer(...wish) ?? false,
      preferLayer: (...wish) => this.room?.reception.preferLayer(...wish),
    });
    this.#controls = new Controls({ devices, tiles: this.tiles });
    const moderation = new Moderation((...request) => this.room.call(...request));
    const act = (action) => action(moderation).catch(({ message }) => toast(message));
    this.#people = new People(byId('peopleList'), act);
    this.#desk = new Desk(act);
    byId('buttonLeaveRoom').addEventListener('click', () => this.leave());
    byId('copyLink').addEventListener('click', () => this.#copyLink());
    bindKeys({
      active: () => this.room !== null,
      escape: () => (this.#panel.open ? this.#panel.close() : this.tiles.pin(null)),
    });
  }

  /** Listens to a room about to be joined. */
  attach(room, { loopback }) {
    this.room = room;
    this.tiles.clear();
    this.tiles.forgetSpeakers();
    this.#chat.reset(room.user);
    this.#people.clear();
    this.#panel.reset();
    this.tiles.add(room.user, { own: true });
    const on = (type, handler) =>
      room.addEventListener(type, ({ detail }) => this.room === room && handler(detail));
    follow(room, this.tiles, on);
    converse(room, this.#chat, on, () => this.#panel.noticeMessage());
    this.#controls.attach(room, { loopback }, on);
    on('arrived', ({ user, before }) => before || this.#chat.note(`${user} is here`));
    on('left', ({ user, reason }) => this.#chat.note(`${user} left${reason ? `: ${reason}` : ''}`));
    for (const type of ['entered', 'ways', 'changed', 'left', 'unpublished']) {
      on(type, () => this.#count());
    }
    on('mediaproblem', ({ text }) => toast(`The server reports a problem with the media: ${text}`));
    on('reconnecting', () => say(byId('banner'), RECONNECTING));
    on('held', () => say(byId('banner'), HELD_AGAIN));
    on('entered', () => say(byId('banner'), ''));
    on('reconnected', ({ resumed }) => this.#reconnected(resumed));
    on('ended', ({ reason, text, error }) => this.#finish(this.#endingSentence(reason, text, error)));
  }

  /** Forgets a room whose join failed. */
  detach() {
    this.room = null;
    this.#controls.detach();
    this.tiles.clear();
  }

  /** Shows the screen of the joined room. */
  open(link) {
    this.#link = link;
    byId('call').hidden = false;
    byId('roomTitle').textContent = this.room.name;
    document.title = `${this.room.name} – Atrium`;
    say(byId('banner'), '');
    this.#controls.showOwn();
    this.#count();
    this.#quality.start(this.room, (qualities) => this.tiles.judge(qualities));
    byId('roomTitle').focus({ preventScroll: true }); // so that a screen reader says where we are now
  }

  async leave() {
    const room = this.room;
    this.#finish('');
    await room.leave();
  }

  #finish(sentence) {
    this.#quality.stop();
    this.detach();
    byId('call').hidden = true;
    document.title = 'Atrium';
    this.#ended(sentence);
  }

  #endingSentence(reason, text, error) {
    if (reason === 'refused') {
      return `The connection was lost. ${describeJoin(error, { room: this.room.name, user: this.room.user })}`;
    }
    return describeEnding(reason, text);
  }

  #reconnected(resumed) {
    say(byId('banner'), '');
    toast(RECONNECTED);
    if (!resumed) {
      this.tiles.forgetSpeakers();
    }
    this.tiles.review();
  }

  #count() {
    this.#people.show(this.room.attendance);
    this.#desk.show(this.room);
    byId('alone').hidden = this.room.attendance.others.size > 0;
  }

  #soundBlocked() {
    say(byId('banner'), SOUND_BLOCKED);
    const play = () => {
      say(byId('banner'), '');
      this.tiles.play();
    };
    document.addEventListener('click', play, { once: true });
  }

  async #copyLink() {
    try {
      await navigator.clipboard.writeText(this.#link);
      toast('Link copied');
    } catch {
      toast(this.#link); // no clipboard on insecure pages: show it, to be copied by hand
    }
  }
}
