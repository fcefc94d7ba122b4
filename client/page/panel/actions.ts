// What a moderator can do about somebody.

import type { Moderation, Participant } from '../../src/index.ts';
import { announce } from '../parts/notices.ts';

const BAN_SECONDS = 600;

export type ActionName = 'mute' | 'ask' | 'stopCamera' | 'stopScreen' | 'lowerHand' | 'grant' | 'evict' | 'ban';

export interface Action {
  name: ActionName;
  label: (person: Participant) => string;
  /** Whether it makes sense at present; always, when absent. */
  possible?: (person: Participant) => boolean;
  /** Sends somebody out: red, and behind the field for a reason. */
  grave?: boolean;
  run: (moderation: Moderation, person: Participant, reason: string) => Promise<unknown>;
}

const camera = (person: Participant) => person.publications.get('webcam');
const silent = (person: Participant): boolean => camera(person)?.audioMuted ?? false;
const dark = (person: Participant): boolean => camera(person)?.videoMuted ?? false;
const moderates = ({ role }: Participant): boolean => role === 'moderator' || role === 'admin';
const because = (reason: string) => (reason === '' ? {} : { reason });

/** All actions, in the order of their buttons. */
export const ACTIONS: readonly Action[] = [
  {
    name: 'mute',
    label: (person) => (silent(person) ? 'Let be heard' : 'Mute'),
    possible: (person) => camera(person)?.hasAudio ?? false,
    run: (moderation, person) => moderation.mute(person.user, { audio: !silent(person), video: dark(person) }),
  },
  {
    name: 'ask',
    label: () => 'Ask to unmute',
    possible: (person) => camera(person)?.hasAudio ?? false,
    run: async (moderation, person) => {
      await moderation.askToUnmute(person.user, { audio: true });
      announce(`${person.user} is asked to unmute`);
    },
  },
  {
    name: 'stopCamera',
    label: (person) => (dark(person) ? 'Let be seen' : 'Hide camera'),
    possible: (person) => camera(person)?.hasVideo ?? false,
    run: (moderation, person) => moderation.mute(person.user, { audio: silent(person), video: !dark(person) }),
  },
  {
    name: 'stopScreen',
    label: () => 'Stop screen',
    possible: (person) => person.publications.has('screen'),
    run: (moderation, person) => moderation.unpublish(person.user, 'screen'),
  },
  {
    name: 'lowerHand',
    label: () => 'Lower hand',
    possible: (person) => person.handRaisedAt !== undefined,
    run: (moderation, person) => moderation.lowerHand(person.user),
  },
  {
    name: 'grant',
    label: (person) => (moderates(person) ? 'Revoke moderator' : 'Make moderator'),
    possible: ({ role }) => role !== 'admin',
    run: (moderation, person) => moderation.grant(person.user, moderates(person) ? 'participant' : 'moderator'),
  },
  {
    name: 'evict',
    label: () => 'Remove',
    grave: true,
    run: (moderation, person, reason) => moderation.evict(person.user, because(reason)),
  },
  {
    name: 'ban',
    label: () => 'Ban for ten minutes',
    grave: true,
    run: (moderation, person, reason) => moderation.evict(person.user, { ...because(reason), banSeconds: BAN_SECONDS }),
  },
];
