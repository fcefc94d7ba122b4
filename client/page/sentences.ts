// What went wrong, in sentences for the person in the call.

import type { AtriumError, EndReason } from '../src/index.ts';

export const SILENCED = 'A moderator has muted you. Raise your hand to be asked to speak.';

/** Where somebody wanted to go. `invited`: with a token. */
interface Destination {
  room: string;
  user: string;
  invited: boolean;
}

/** Describes why joining, or coming back, did not work. */
export function describeJoin(error: unknown, { room, user, invited }: Destination): string {
  const { code, message } = error as Partial<AtriumError>;
  switch (code) {
    case 'aborted':
      return '';
    case 'unreachable':
    case 'signaling-lost':
      return 'The server cannot be reached. Check your network, then try again.';
    case 'timeout':
      return 'The server does not answer. Try again in a moment.';
    case 'name-taken':
      return `Somebody called “${user}” is already in “${room}”. Choose another name.`;
    case 'room-not-found':
      return `There is no room “${room}” here.`;
    case 'room-closed':
      return `The room “${room}” is just closing. Try again in a moment.`;
    case 'room-locked':
      return `The room “${room}” is locked: nobody else is let in now.`;
    case 'room-full':
      return `“${room}” is full. Try again when somebody has left.`;
    case 'banned':
      return `You may not come into “${room}” for the time being.`;
    case 'not-supported':
      return 'This server is too old for this page. Ask whoever runs it.';
    case 'token-refused':
      return invited
        ? `Your invitation does not admit “${user}” to “${room}”, or not any more. Ask for a new one.`
        : `“${room}” is for those who are invited. Open the link that you were sent.`;
    default:
      return message ?? 'This did not work.';
  }
}

/** What is to be said when a call is over: a heading and, where there is more to say, a sentence. */
export interface Farewell {
  title: string;
  text: string;
  /** Whether one may simply join again. */
  rejoin: boolean;
}

/** Describes why the call is over; `text` is what a moderator wrote. */
export function describeEnding(reason: EndReason, text: string, error: unknown, destination: Destination): Farewell {
  switch (reason) {
    case 'left':
      return { title: 'You have left the call', text: '', rejoin: true };
    case 'evicted':
      return { title: 'You were removed from this room', text: quoted(text), rejoin: false };
    case 'closed':
      return { title: 'This room was closed', text: quoted(text), rejoin: false };
    case 'denied':
      return { title: 'You were not let in again', text: quoted(text), rejoin: false };
    case 'replaced':
      return { title: 'You are in this call elsewhere', text: 'The call goes on in the other window or device.', rejoin: true };
    case 'refused':
      return { title: 'The connection was lost', text: describeJoin(error, destination), rejoin: true };
  }
}

const WHAT = { both: 'camera and microphone', camera: 'camera', microphone: 'microphone' };

/** Describes why devices are not there, and what one can do without them; empty when nothing is wrong. */
export function describeDevices({ camera, microphone }: { camera?: AtriumError; microphone?: AtriumError }): string {
  if (camera && microphone) {
    const sentences = [describeDevice(camera, camera.code === microphone.code ? WHAT.both : WHAT.camera)];
    if (camera.code !== microphone.code) {
      sentences.push(describeDevice(microphone, WHAT.microphone));
    }
    return [...sentences, 'You can still join, to watch and to chat.'].join(' ');
  }
  if (camera) {
    return `${describeDevice(camera, WHAT.camera)} The others will hear you.`;
  }
  return microphone ? `${describeDevice(microphone, WHAT.microphone)} The others will see you.` : '';
}

function describeDevice({ code, message }: AtriumError, what: string): string {
  switch (code) {
    case 'permission-denied':
      return `The browser does not let this page use your ${what}. Allow it beside the address, then reload.`;
    case 'device-not-found':
      return `No ${what} was found.`;
    case 'device-in-use':
      return `Your ${what} is in use by another application. Close that one, then choose the device again.`;
    case 'insecure-origin':
      return `Browsers give the ${what} only to pages opened over https:// or on localhost. Open this page that way.`;
    default:
      return message;
  }
}

const quoted = (reason: string): string => (reason ? `“${reason}”` : '');
