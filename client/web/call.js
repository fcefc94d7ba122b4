// The call screen: puts what happens in a Room onto the page, and what the person does into the Room.

import { Chat } from './chat.js';
import { bindToggle, byId, say, toast } from './dom.js';
import { describeJoin, describePause, describeSubscription } from './messages.js';
import { EVICTED, RECONNECTED, RECONNECTING, ROOM_CLOSED, SOUND_BLOCKED } from './messages.js';
import { Panel } from './panel.js';
import { QualityWatch } from './quality.js';
import { Tiles } from './tiles.js';

export class Call {
  /** The Room of this call, or null in between. */
  room = null;
  tiles;

  #devices;
  #ended;
  #chat;
  #panel;
  #quality = new QualityWatch();
  #link = '';

  /** `ended(sentence)` runs when the call is over; the sentence is empty when the person left. */
  constructor({ devices, ended }) {
    this.#devices = devices;
    this.#ended = ended;
    this.#chat = new Chat({
      list: byId('messages'),
      form: byId('chatForm'),
      input: byId('chatText'),
      send: (text) => this.room.send(text),
    });
    this.#panel = new Panel(this.#chat);
    this.tiles = new Tiles(byId('tiles'), {
      blocked: () => this.#soundBlocked(),
      levelOf: (user) => this.room?.peers.get(user)?.audioLevel() ?? 0,
      prefer: (user, preference) => this.room?.prefer(user, preference) ?? false,
      preferLayer: (user, layer) => this.room?.preferLayer(user, layer),
    });
    bindToggle(byId('microphone'), devices, 'microphone');
    bindToggle(byId('camera'), devices, 'camera');
    devices.addEventListener('change', () => this.#showOwn());
    byId('buttonLeaveRoom').addEventListener('click', () => this.leave());
    byId('copyLink').addEventListener('click', () => this.#copyLink());
    document.addEventListener('keydown', (event) => this.#key(event));
  }

  /** Listens to a room about to be joined. */
  attach(room, { loopback }) {
    this.room = room;
    this.tiles.clear();
    this.#chat.reset(room.user);
    this.#panel.reset();
    this.tiles.add(room.user, true);
    const on = (type, handler) =>
      room.addEventListener(type, ({ detail }) => this.room === room && handler(detail));
    on('arrived', ({ user, before }) => this.#arrived(user, before));
    on('left', ({ user }) => this.#left(user));
    on('published', ({ user }) => this.tiles.get(user).status('Connecting…'));
    on('unpublished', ({ user }) => this.tiles.get(user).blank());
    on('track', ({ user, stream }) => this.tiles.get(user)?.show(stream));
    on('unreceivable', ({ user, error }) => this.tiles.get(user)?.status(describeSubscription(error, user)));
    on('receiving', ({ user }) => this.tiles.get(user)?.unpause());
    on('paused', ({ user, text }) => this.tiles.get(user)?.pause(describePause(text)));
    on('resumed', ({ user }) => this.tiles.get(user)?.resume());
    on('speakers', ({ dominant, speakers }) => this.tiles.heard(dominant, speakers));
    on('message', ({ user, text }) => this.#message(user, text));
    on('mediaproblem', ({ text }) => toast(`The server reports a problem with the media: ${text}`));
    on('reconnecting', () => say(byId('banner'), RECONNECTING));
    on('reconnected', ({ resumed }) => this.#reconnected(resumed));
    on('ended', ({ reason, error }) => this.#finish(this.#endingSentence(reason, error)));
    this.loopback = loopback;
  }

  /** Forgets a room whose join failed. */
  detach() {
    this.room = null;
    this.tiles.clear();
  }

  /** Shows the screen of the joined room. */
  open(link) {
    this.#link = link;
    byId('call').hidden = false;
    byId('roomTitle').textContent = this.room.name;
    document.title = `${this.room.name} – Atrium`;
    say(byId('banner'), '');
    this.#showOwn();
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
    this.room = null;
    this.#quality.stop();
    this.tiles.clear();
    byId('call').hidden = true;
    document.title = 'Atrium';
    this.#ended(sentence);
  }

  #endingSentence(reason, error) {
    if (reason === 'refused') {
      return `The connection was lost. ${describeJoin(error, { room: this.room.name, user: this.room.user })}`;
    }
    return reason === 'evicted' ? EVICTED : ROOM_CLOSED;
  }

  #arrived(user, before) {
    this.tiles.add(user);
    this.#count();
    if (!before) {
      this.#chat.note(`${user} is here`);
    }
  }

  #left(user) {
    this.tiles.remove(user);
    this.#chat.note(`${user} left`);
    this.#count();
  }

  #message(user, text) {
    this.#chat.add(user, text);
    if (user !== this.room.user) {
      this.#panel.noticeMessage();
    }
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
    const others = [...this.room.participants.keys()];
    this.#panel.list(this.room.user, others);
    byId('alone').hidden = others.length > 0;
  }

  #showOwn() {
    const tile = this.room && this.tiles.get(this.room.user);
    if (!tile) {
      return;
    }
    if (this.#devices.has('camera') && !this.loopback) {
      tile.show(this.#devices.stream, true);
    }
    tile.muted({ microphone: !this.#devices.on('microphone'), camera: !this.#devices.on('camera') });
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

  #key(event) {
    const typing = event.target instanceof HTMLInputElement;
    if (!this.room || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    if (event.key === 'Escape' && this.#panel.open) {
      this.#panel.close();
    } else if (event.key === 'Escape') {
      this.tiles.pin(null);
    } else if (!typing) {
      const button = { m: 'microphone', v: 'camera', c: 'showChat', p: 'showPeople' }[event.key];
      if (button) {
        event.preventDefault();
        byId(button).click();
      }
    }
  }
}
