// What a person has chosen once and finds again: their name, how the page looks, and their devices.

import { Emitter } from '../../src/index.ts';
import { Store } from './store.ts';

export type Theme = 'system' | 'light' | 'dark';
export type LayoutChoice = 'auto' | 'grid' | 'speaker';

/** All that is remembered. */
export interface Choices {
  user: string;
  theme: Theme;
  layout: LayoutChoice;
  microphone: boolean;
  camera: boolean;
  audioinput: string;
  videoinput: string;
  audiooutput: string;
}

const DEFAULTS: Choices = {
  user: '',
  theme: 'system',
  layout: 'auto',
  microphone: true,
  camera: true,
  audioinput: '',
  videoinput: '',
  audiooutput: '',
};

/** Tells `changed` of each choice that becomes another one. */
export class Preferences extends Emitter<{ changed: { key: keyof Choices } }> {
  readonly #store: Store<Partial<Choices>>;
  #choices: Choices;

  constructor(storage: () => Storage = () => localStorage) {
    super();
    this.#store = new Store('preferences', storage);
    this.#choices = { ...DEFAULTS, ...known(this.#store.read()) };
  }

  get layout(): LayoutChoice {
    return this.#choices.layout;
  }

  get<K extends keyof Choices>(key: K): Choices[K] {
    return this.#choices[key];
  }

  set<K extends keyof Choices>(key: K, value: Choices[K]): void {
    if (this.#choices[key] !== value) {
      this.#choices[key] = value;
      this.#store.write(this.#choices);
      this.emit('changed', { key });
    }
  }
}

// What an earlier page has kept may be anything.
function known(kept: Partial<Choices> | undefined): Partial<Choices> {
  const fits = ([key, value]: [string, unknown]): boolean =>
    key in DEFAULTS && typeof value === typeof DEFAULTS[key as keyof Choices] && (OPTIONS[key]?.includes(value as string) ?? true);
  return Object.fromEntries(Object.entries(kept ?? {}).filter(fits));
}

const OPTIONS: Record<string, readonly string[]> = {
  theme: ['system', 'light', 'dark'],
  layout: ['auto', 'grid', 'speaker'],
};
