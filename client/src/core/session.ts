import { AtriumError } from './errors.ts';
import type { EndReason } from './events.ts';
import { Line, type LineEvents } from './line.ts';
import type { Platform } from './platform.ts';
import type { JoinResult } from './wire.ts';

const LEAVING = 2_000;
const LONGEST_PAUSE = 3_000;
const PATIENCE = 20_000; // our own dead session may hold our name, or our place, for its grace period
const HOPELESS = ['token-refused', 'not-permitted', 'banned', 'room-locked', 'room-not-found'];

/** What a {@link Session} tells. */
export interface SessionEvents {
  notified(method: string, params: Record<string, unknown>): void;
  /** In the lobby. */
  waiting(): void;
  /** In the room, as a participant that was not there before. */
  joined(result: JoinResult): void;
  lost(): void;
  /** The line is there again. `resumed`: with the session; else `joined` or `waiting` follows. */
  back(resumed: boolean): void;
  /** After back(true): how the room is now; undefined: one is still in the lobby. */
  resumed(result: JoinResult | undefined): void;
  /** There is no way back. */
  over(reason: EndReason, error?: AtriumError): void;
}

/**
 * A participant on the server, and the way back to it when the socket breaks: at once, then after longer and longer pauses.
 * The session goes on on the new socket if the server still has it; else one joins again under the same name.
 */
export class Session implements LineEvents {
  readonly line: Line;
  #platform: Platform;
  #greeting: () => object;
  #events: SessionEvents;
  #inLobby = false;
  #coming = false; // back
  #over = false;
  #tries = 0;
  #wake: (() => void) | undefined;

  constructor(platform: Platform, url: string, greeting: () => object, events: SessionEvents) {
    this.#platform = platform;
    this.#greeting = greeting;
    this.#events = events;
    this.line = new Line(platform, url, this);
  }

  /** Joins for the first time. Tells `joined` or `waiting`, or rejects. */
  async start(): Promise<void> {
    await this.line.open();
    await this.#join();
  }

  /** A moderator lets one in. */
  admitted(): void {
    if (this.#inLobby && !this.#coming) {
      this.#join().catch((error) => this.#coming || this.#over || this.#events.over('refused', error));
    }
  }

  /** The device may have come to another network: try at once, or see whether the line is alive. */
  networkChanged(): void {
    if (this.#coming) {
      this.#tries = 0;
      this.line.drop();
      this.#wake?.();
    } else {
      this.line.probe();
    }
  }

  /** Leaves politely, waiting for the answer no longer than two seconds. Nothing is told from here on. */
  async leave(): Promise<void> {
    this.#over = true;
    await this.line.call('leaveRoom', undefined, true, LEAVING).catch(() => {});
  }

  /** Lets go of everything. */
  close(): void {
    this.#over = true;
    this.#wake?.();
    this.line.close();
  }

  /** The line tells. */
  notified(method: string, params: Record<string, unknown>): void {
    if (!this.#over) {
      this.#events.notified(method, params);
    }
  }

  /** The line tells. */
  lost(reason: string): void {
    if (this.#over || this.#coming) {
      return; // the attempt under way fails by itself
    }
    if (/another socket|joined again/.test(reason)) {
      this.#events.over('replaced');
    } else if (this.line.session) {
      this.#events.lost();
      this.#comeBack();
    }
  }

  async #join(): Promise<void> {
    try {
      const result = await this.line.call<JoinResult>('joinRoom', this.#greeting(), true);
      if (!this.#over) {
        this.#inLobby = false;
        this.line.release();
        this.#events.joined(result);
      }
    } catch (error) {
      if ((error as AtriumError).wireCode !== 425 || this.#over) {
        throw error;
      }
      this.#inLobby = true;
      this.#events.waiting();
    }
  }

  async #comeBack(): Promise<void> {
    this.#coming = true;
    this.#tries = 0;
    const since = this.#platform.now();
    while (!this.#over) {
      await this.#pause();
      try {
        await this.line.open();
        await this.#resume();
        break;
      } catch (error) {
        this.line.drop();
        this.#judge(error as AtriumError, this.#platform.now() - since);
      }
    }
    this.#coming = false;
  }

  async #resume(): Promise<void> {
    const { line } = this;
    if (line.session) {
      try {
        await line.call('connect', { sessionId: line.session }, true);
        this.#events.back(true);
        line.release();
        // What has happened meanwhile, and perhaps could not be told.
        const now = this.#inLobby ? undefined : await line.call<JoinResult>('getRoom', {}, true);
        this.#events.resumed(now);
        return;
      } catch (error) {
        if (!(error as AtriumError).wireCode) {
          throw error; // it was the line
        }
      }
      line.forget();
      this.#events.back(false);
    }
    await this.#join();
  }

  // Whether there is any use in trying on, after `spent` ms of it.
  #judge(error: AtriumError, spent: number): void {
    const { code, wireCode } = error;
    if (!this.#over && wireCode && (HOPELESS.includes(code) || (spent > PATIENCE && wireCode !== 503))) {
      this.#events.over(code === 'name-taken' ? 'replaced' : 'refused', error);
    }
  }

  // Not at the first try; never together with everybody else.
  #pause(): Promise<void> | void {
    const tries = this.#tries++;
    if (tries) {
      return new Promise((resolve) => {
        const wake = (this.#wake = () => {
          this.#platform.clearTimeout(timer);
          this.#wake = undefined;
          resolve();
        });
        const longest = Math.min(LONGEST_PAUSE, 100 * 2 ** tries);
        const timer = this.#platform.setTimeout(wake, longest * (0.5 + this.#platform.random() / 2));
      });
    }
  }
}
