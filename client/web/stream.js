// The streams of a user have names: the camera, and a screen beside it. On the wire one is "<user>_<stream>".

export const WEBCAM = 'webcam';
export const SCREEN = 'screen';

/** The `sender` of the protocol. No two streams in a room have the same one: names of streams have no "_". */
export const senderOf = (user, stream = WEBCAM) => `${user}_${stream}`;

/** Answers {user, stream}. */
export function parseSender(sender) {
  const at = sender.lastIndexOf('_');
  return { user: sender.slice(0, at), stream: sender.slice(at + 1) };
}
