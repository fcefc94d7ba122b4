// A person on the call page: what they click, and what they see of the others.

import { openPage, until } from './browser.js';

export class Participant {
  constructor(page, name, room) {
    this.page = page;
    this.name = name;
    this.room = room;
  }

  /** Opens the page, waits for the preview, does not join yet. A small picture keeps crowded machines going. */
  static async open(browser, server, { name, room, size = '640x360', query = '', token, ...options }) {
    const fragment = token ? `#token=${token}` : '';
    const search = `?room=${encodeURIComponent(room)}&name=${encodeURIComponent(name)}&size=${size}${query}`;
    const url = `${server.url}/${search}${fragment}`;
    const page = await openPage(browser, url, options);
    await until(page, () => document.getElementById('preview').videoWidth > 0);
    return new Participant(page, name, room);
  }

  static async join(browser, server, options) {
    const participant = await Participant.open(browser, server, options);
    await participant.join();
    return participant;
  }

  async join() {
    await this.page.click('#joinBtn');
    await this.inCall();
  }

  async inCall(options) {
    await until(this.page, () => globalThis.atrium.state === 'joined', undefined, options);
  }

  async leave() {
    await this.page.click('#buttonLeaveRoom');
    await this.page.waitForSelector('#ended:not([hidden])');
  }

  /** From the end of a call back to the form, when the preview is there again. */
  async toEntrance() {
    await this.page.click('#toLobby');
    await until(this.page, () => document.getElementById('preview').videoWidth > 0);
  }

  /** Says something in place of what the tile's size and importance ask for, see Subscription of the SDK. */
  prefer(user, preference, stream = 'webcam') {
    return this.page.evaluate(
      ([name, id, wanted]) => globalThis.atrium.room.participants.get(name).publications.get(id).subscription.prefer(wanted),
      [user, stream, preference],
    );
  }

  /** Asks the server for something that the page has no button for. */
  request(method, params) {
    return this.page.evaluate(([name, wanted]) => globalThis.atrium.room.request(name, wanted), [method, params]);
  }

  async say(text) {
    if (!(await this.page.isVisible('#chatText'))) {
      await this.page.click('#showChat');
    }
    await this.page.fill('#chatText', text);
    await this.page.press('#chatText', 'Enter');
  }

  /** The messages on screen, as [author, text]; the page prints an author once for a run of messages. */
  messages() {
    return this.page.$$eval('#messages .message', (items) => {
      let author = '';
      return items.map((item) => {
        author = item.querySelector('.message-head')?.firstChild.textContent ?? author;
        return [author, item.querySelector('.message-text').textContent];
      });
    });
  }

  /** Waits for a message whose text is exactly `text`. */
  async reads(text) {
    await until(
      this.page,
      (wanted) => [...document.querySelectorAll('.message-text')].some((line) => line.textContent === wanted),
      text,
    );
  }

  /** The names on the tiles, without one's own. */
  others() {
    return this.page.$$eval('#tiles .tile:not(.own)', (tiles) => tiles.map((tile) => tile.dataset.user).sort());
  }

  async seesOnly(names, options) {
    await until(
      this.page,
      (wanted) =>
        [...document.querySelectorAll('#tiles .tile:not(.own)')].map((tile) => tile.dataset.user).sort().join() ===
        wanted,
      [...names].sort().join(),
      options,
    );
  }

  /** Waits for the first picture of `user`; answers the milliseconds since the click on Join. */
  firstPicture(user, options) {
    return until(this.page, (name) => globalThis.atrium.timeToFirstFrame(name), user, options);
  }

  /** The summary of a stream of `user`, the camera when none is named. */
  stats(user, stream) {
    return this.page.evaluate((of) => globalThis.atrium.getStats(...of), [user, stream]);
  }

  /** Waits until `frames` more pictures of a stream of `user` are decoded than now. */
  async keepsPlaying(user, frames, { timeout = 15_000, stream } = {}) {
    const { framesDecoded = 0 } = (await this.stats(user, stream)) ?? {};
    await until(
      this.page,
      async ([of, wanted]) => ((await globalThis.atrium.getStats(...of))?.framesDecoded ?? 0) >= wanted,
      [[user, stream], framesDecoded + frames],
      { timeout },
    );
  }

  /** Waits until sound of `user` has been heard: the fake microphone beeps about once a second. */
  async hears(user, options) {
    await until(
      this.page,
      async (name) => ((await globalThis.atrium.getStats(name))?.totalAudioEnergy ?? 0) > 0,
      user,
      options,
    );
  }

  text(selector) {
    return this.page.textContent(selector);
  }
}
