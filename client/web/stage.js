// Puts what a Room tells of people and their streams onto the tiles.

import { describePause, describeSubscription } from './messages.js';
import { WEBCAM } from './stream.js';

/** Listens to a room; `on(type, handler)` as Call has it. */
export function follow(room, tiles, on) {
  const tileOf = ({ user, stream }) => tiles.get(user, stream);
  on('arrived', ({ user }) => tiles.add(user));
  on('left', ({ user }) => tiles.clear(user));
  on('changed', ({ user }) => describe(room, tiles, user));
  on('published', ({ user, stream }) => tiles.add(user, { stream }).status('Connecting…'));
  on('unpublished', ({ user, stream }) => (stream === WEBCAM ? tiles.get(user)?.blank() : tiles.remove(user, stream)));
  on('track', (told) => tileOf(told)?.show(told.media));
  on('unreceivable', (told) => tileOf(told)?.status(describeSubscription(told.error, told.user)));
  on('receiving', (told) => tileOf(told)?.unpause());
  on('paused', (told) => tileOf(told)?.pause(describePause(told.text)));
  on('resumed', (told) => tileOf(told)?.resume());
  on('speakers', ({ dominant, speakers }) => tiles.heard(dominant, speakers));
}

// One's own tile also shows what one has switched off; Controls does that.
function describe({ attendance }, tiles, user) {
  const member = attendance.others.get(user) ?? attendance.me;
  tiles.get(user)?.describe(member);
  for (const [stream, { audioMuted, videoMuted }] of attendance.others.get(user)?.streams ?? []) {
    tiles.get(user, stream)?.muted({ microphone: audioMuted, camera: videoMuted });
  }
}
