// The way through the page: the entrance, the call, the end, and back again.

import type { AtriumError, Room, RoomEvents } from '../src/index.ts';
import { Call } from './call/call.ts';
import { h } from './dom.ts';
import { roomLink, socketUrl, type Address } from './entry/address.ts';
import type { Preferences } from './entry/preferences.ts';
import { endVisit, keepVisit, type Visit } from './entry/visit.ts';
import { EndView } from './farewell.ts';
import type { Wish } from './lobby/join-form.ts';
import { Lobby } from './lobby/lobby.ts';
import type { OwnMedia } from './own-media.ts';
import { announce, notices } from './parts/notices.ts';
import { describeEnding, describeJoin } from './sentences.ts';

const RETURN = { tries: 12, pause: 500 }; // ms; the server may not have noticed yet that the page from before is gone

export class App {
  readonly element: HTMLElement;
  readonly #room: Room;
  readonly #own: OwnMedia;
  readonly #preferences: Preferences;
  readonly #token: string;
  readonly #lobby: Lobby;
  readonly #call: Call;
  readonly #end: EndView;
  #wish: Wish = { user: '', room: '' };
  #going = false; // the page is, and the call is found again if it is reloaded
  #joinedAt = 0; // when somebody clicked on Join

  constructor(room: Room, own: OwnMedia, preferences: Preferences, token: string) {
    this.#room = room;
    this.#own = own;
    this.#preferences = preferences;
    this.#token = token;
    this.#lobby = new Lobby(own, preferences, (wish) => this.#join(wish));
    this.#call = new Call(room, own, preferences, { link: () => roomLink(location, room.name), leave: () => void room.leave() });
    this.#end = new EndView({ rejoin: () => void this.#rejoin(), lobby: () => this.#toLobby() });
    this.element = h('div', { class: 'app' }, this.#lobby.element, this.#call.element, this.#end.element, notices);
    room.on('stateChanged', ({ state }) => state === 'waiting' && this.#wait());
    room.on('ended', (event) => this.#ended(event));
    addEventListener('pagehide', () => {
      this.#going = true;
      room.abandon();
    });
    addEventListener('pageshow', ({ persisted }) => persisted && location.reload());
  }

  /** Shows the entrance. `named`: the room was in the address, it was not made up. */
  start(wish: Wish, named: boolean): void {
    this.#wish = wish;
    this.#lobby.open(wish, named);
  }

  /** Goes back into the call that the tab was in before it was reloaded. */
  async resume({ room, user }: Visit): Promise<void> {
    this.#end.openReturning(room);
    await this.#return({ room, user });
  }

  /** When a picture showed at first, in ms after the click on Join. */
  firstFrame(user: string, stream: string): number | undefined {
    const at = this.#call.stage?.firstFrameAt(user, stream);
    return at === undefined ? undefined : at - this.#joinedAt;
  }

  async #join(wish: Wish): Promise<void> {
    this.#wish = wish;
    try {
      await this.#connect(wish);
    } catch (error) {
      void this.#own.open(); // the end of the attempt has let go of camera and microphone
      throw new Error(describeJoin(error, { ...wish, invited: this.#token !== '' }));
    } finally {
      this.#lobby.waitNoLonger();
    }
    this.#preferences.set('user', wish.user);
    this.#lobby.close();
    this.#entered();
  }

  async #connect({ user, room }: Wish): Promise<void> {
    this.#joinedAt = performance.now();
    if (!this.#own.problems.camera && !this.#own.problems.microphone) {
      void this.#own.open(); // who takes no notice of the browser's question can still watch
    }
    this.#call.prepare();
    try {
      await this.#room.connect(socketUrl(location), { room, user, ...(this.#token && { token: this.#token }) });
    } catch (error) {
      this.#call.close();
      throw error;
    }
  }

  #entered(): void {
    keepVisit(this.#wish);
    history.replaceState(null, '', roomLink(location, this.#wish.room));
    this.#end.close();
    this.#call.open();
  }

  async #rejoin(): Promise<void> {
    this.#end.openReturning(this.#wish.room);
    await this.#return(this.#wish);
  }

  // Without the lobby; what goes wrong is said there.
  async #return(wish: Wish): Promise<void> {
    this.#wish = wish;
    for (let tries = 1; ; tries++) {
      try {
        await this.#connect(wish);
        this.#entered();
        return;
      } catch (error) {
        if ((error as AtriumError).code !== 'name-taken' || tries === RETURN.tries) {
          this.#toLobby(describeJoin(error, { ...wish, invited: this.#token !== '' }));
          return;
        }
      }
      await new Promise((resolve) => setTimeout(resolve, RETURN.pause));
    }
  }

  #wait(): void {
    if (!this.#call.element.hidden) {
      announce('You are waiting to be let in again.');
      return;
    }
    this.#end.close();
    this.#lobby.show();
    this.#lobby.wait(this.#wish.room, () => void this.#room.leave());
  }

  #ended({ reason, text, error }: RoomEvents['ended']): void {
    if (this.#going || this.#call.element.hidden) {
      return; // of a wait that was given up; connect() has said so
    }
    endVisit();
    this.#call.close();
    this.#end.open(describeEnding(reason, text ?? '', error, { ...this.#wish, invited: this.#token !== '' }));
  }

  #toLobby(problem = ''): void {
    endVisit();
    this.#end.close();
    this.#lobby.open(this.#wish, true, problem);
  }
}

/** Who one is and where to go, as far as it is known: the address first, then the invitation, then what is remembered. */
export function firstWish(address: Address, invited: Wish, remembered: string): Wish {
  return { user: address.user || invited.user || remembered, room: address.room || invited.room };
}
