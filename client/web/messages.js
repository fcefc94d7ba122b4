// What went wrong, in sentences for the person in the call.

import { ConnectionError, RpcError } from './rpc.js';

export const Code = {
  nobody: 102,
  nameTaken: 104,
  notStreaming: 105,
  roomNotFound: 202,
  roomClosed: 203,
  roomRefused: 204,
  noAnswer: 302,
  tokenRefused: 401,
  notPermitted: 403,
  locked: 423,
  waiting: 425,
  tooMany: -32000,
  noMethod: -32601,
};

/** A moderator does not let somebody in; `reason` may be empty. */
export class Denied extends Error {
  constructor(reason = '') {
    super('denied');
    this.reason = reason;
  }
}

/** Somebody waits no longer to be let in, by their own choice. */
export const GAVE_UP = new Error('gave up');

export const HELD = 'A moderator has to let you in. You join as soon as that happens.';
export const HELD_AGAIN = 'You are waiting to be let in again.';
export const SILENCED = 'A moderator has muted you. Raise your hand to be asked to speak.';
const EVICTED = 'You were removed from this room';
const ROOM_CLOSED = 'This room was closed';
export const RECONNECTING = 'The connection to the server is lost. Trying to come back…';
export const RECONNECTED = 'You are back in the room.';
export const SOUND_BLOCKED = 'Your browser holds back the sound. Click anywhere to hear the others.';

const DEVICE = {
  denied: (what) => `The browser does not let this page use your ${what}. Allow it in the address bar and reload.`,
  absent: (what) => `No ${what} was found.`,
  busy: (what) => `Your ${what} is in use by another application.`,
  insecure: (what) =>
    `Browsers give the ${what} only to pages opened over https:// or on localhost. Open this page that way.`,
};

/** Describes what openDevices() reports; an empty string when all is well. */
export function describeDevices({ camera, microphone }) {
  const sentences = [];
  if (camera && camera === microphone) {
    sentences.push(DEVICE[camera]('camera and microphone'));
  } else {
    sentences.push(camera ? DEVICE[camera]('camera') : '', microphone ? DEVICE[microphone]('microphone') : '');
  }
  if (camera && microphone) {
    sentences.push('You can still join, to watch and to chat.');
  } else if (camera) {
    sentences.push('The others will hear you.');
  } else if (microphone) {
    sentences.push('The others will see you.');
  }
  return sentences.filter(Boolean).join(' ');
}

/** Describes why joining, or coming back, did not work; nothing for who gave up. `token` is the one that was shown. */
export function describeJoin(error, { room, user, token }) {
  if (error === GAVE_UP) {
    return '';
  }
  if (error instanceof Denied) {
    return because(`You were not let into “${room}”`, error.reason);
  }
  if (error instanceof ConnectionError) {
    return error.reason === 'timeout'
      ? 'The server does not answer. Try again in a moment.'
      : 'The server cannot be reached. Check your network, then try again.';
  }
  if (!(error instanceof RpcError)) {
    return `This did not work: ${error.message}`;
  }
  switch (error.code) {
    case Code.nameTaken:
      return `Somebody called “${user}” is already in “${room}”. Choose another name.`;
    case Code.roomNotFound:
      return `There is no room “${room}” here.`;
    case Code.roomClosed:
      return `The room “${room}” is just closing. Try again in a moment.`;
    case Code.roomRefused:
      return `The server does not open the room “${room}” for you now.`;
    case Code.locked:
      return `The room “${room}” is locked: nobody else is let in now.`;
    case Code.tokenRefused:
      return token
        ? `Your invitation does not admit “${user}” to “${room}”, or not any more. Ask for a new one.`
        : `“${room}” is for those who are invited. Open the link that you were sent.`;
    case Code.tooMany:
      return 'The server has too much to do. Try again in a moment.';
    default:
      return `The server refused: ${error.message}`;
  }
}

/** Describes why the call is over: 'evicted' or 'closed', and what somebody wrote as the reason. */
export function describeEnding(reason, text) {
  return because(reason === 'evicted' ? EVICTED : ROOM_CLOSED, text);
}

/** Describes why the server sends no picture for now: its own words, as a sentence. */
export function describePause(text) {
  return text ? text[0].toUpperCase() + text.slice(1) : 'Paused';
}

/** Describes why a person cannot be seen or heard. */
export function describeSubscription(error, user) {
  return error instanceof RpcError && error.code === Code.noAnswer
    ? `This browser cannot play what ${user} sends.`
    : `${user} cannot be received.`;
}

const because = (sentence, reason) => (reason ? `${sentence}: ${reason}` : `${sentence}.`);
