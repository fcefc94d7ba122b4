// The row of buttons under the call: one's own microphone, camera, screen and hand.

import { bindToggle, byId, toast } from './dom.js';
import { SILENCED } from './messages.js';
import { ScreenShare } from './screen-share.js';
import { SCREEN, WEBCAM } from './stream.js';

const KINDS = { microphone: 'audio', camera: 'video' };

export class Controls {
  #devices;
  #tiles;
  #room = null;
  #loopback = false;
  #asked = {}; // which a moderator asks to turn on
  #show; // what shows the microphone's and camera's buttons again
  #screen = new ScreenShare(() => this.#screenEnded());

  constructor({ devices, tiles }) {
    this.#devices = devices;
    this.#tiles = tiles;
    const silence = { silenced: (which) => this.#silenced(which), lift: (which) => this.#lift(which) };
    this.#show = Object.keys(KINDS).map((which) => bindToggle(byId(which), devices, which, silence));
    devices.addEventListener('change', () => this.showOwn());
    byId('screen').addEventListener('click', () => (this.#screen.media ? this.#screen.stop() : this.#share()));
    byId('hand').addEventListener('click', () => this.#raise());
    byId('unmuteNow').addEventListener('click', () => this.#answer(true));
    byId('unmuteLater').addEventListener('click', () => this.#answer(false));
  }

  /** Serves a room; `on` as Call has it. */
  attach(room, { loopback }, on) {
    this.#room = room;
    this.#loopback = loopback;
    this.#show.forEach((show) => show());
    on('changed', ({ user }) => user === room.user && this.showOwn());
    on('asked', (asked) => this.#ask(asked));
    on('stopped', ({ stream, text }) => this.#stopped(stream, text));
    on('unpublishable', ({ stream, error }) => this.#stopped(stream, error.message));
  }

  detach() {
    this.#screen.stop();
    this.#room = null;
    byId('asked').hidden = true;
  }

  /** Shows on the own tile and the buttons what is on. */
  showOwn() {
    const tile = this.#room && this.#tiles.get(this.#room.user);
    if (!tile) {
      return;
    }
    const { me } = this.#room.attendance;
    if (this.#devices.has('camera') && !this.#loopback) {
      tile.show(this.#devices.stream, true);
    }
    const off = (which) => !this.#devices.on(which) || this.#silenced(which);
    tile.muted({ microphone: off('microphone'), camera: off('camera') });
    this.#show.forEach((show) => show());
    byId('hand').hidden = this.#room.ways === null;
    byId('hand').ariaPressed = String(me.hand > 0);
    byId('screen').hidden = !ScreenShare.possible || !me.may('publish:screen');
    byId('screen').ariaPressed = String(this.#screen.media !== null);
  }

  #silenced(which) {
    return this.#room?.attendance.me.muted(WEBCAM)[`${KINDS[which]}Muted`] ?? false;
  }

  // What a moderator muted is heard again if the moderator has asked for it, or if it was muted at the entry only.
  async #lift(which) {
    try {
      await this.#room.call('unmute', { [KINDS[which]]: true });
      this.#devices.toggle(which, true);
    } catch {
      toast(SILENCED);
    }
  }

  #ask({ by, audio, video }) {
    const what = audio && video ? 'your microphone and camera' : `your ${audio ? 'microphone' : 'camera'}`;
    byId('askedText').textContent = `${by || 'A moderator'} asks you to turn on ${what}.`;
    byId('asked').hidden = false;
    this.#asked = { microphone: audio, camera: video };
    byId('unmuteNow').focus();
  }

  #answer(yes) {
    byId('asked').hidden = true;
    for (const which of Object.keys(KINDS).filter((name) => yes && this.#asked[name])) {
      this.#silenced(which) ? this.#lift(which) : this.#devices.toggle(which, true);
    }
  }

  #raise() {
    const raised = this.#room.attendance.me.hand === 0;
    this.#room.call('raiseHand', { raised }).catch(({ message }) => toast(message));
  }

  async #share() {
    const room = this.#room;
    try {
      await this.#screen.start();
    } catch (error) {
      error.name === 'NotAllowedError' || toast(`Your screen cannot be shared: ${error.message}`);
      return;
    }
    if (room !== this.#room) {
      this.#screen.stop(); // the call ended meanwhile
      return;
    }
    this.#tiles.add(room.user, { own: true, stream: SCREEN }).show(this.#screen.media);
    this.showOwn();
    await room.publish(this.#screen.media, SCREEN);
  }

  #screenEnded() {
    this.#tiles.remove(this.#room.user, SCREEN);
    this.#room.publish(null, SCREEN).catch(() => {}); // the end of the connection ends it as well
    this.showOwn();
  }

  #stopped(stream, text) {
    if (stream === SCREEN) {
      this.#screen.stop();
    }
    toast(`Your ${stream === SCREEN ? 'screen' : 'camera'} is no longer sent: ${text}`);
  }
}
