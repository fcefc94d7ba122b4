// The entry of the call page.

import { createRoom } from '../src/index.ts';
import { App, firstWish } from './app.ts';
import { readAddress, withoutToken } from './entry/address.ts';
import { inspect, inspectedPlatform } from './entry/inspection.ts';
import { keepToken, readToken } from './entry/invitation.ts';
import { Preferences } from './entry/preferences.ts';
import { madeUpRoom } from './entry/room-name.ts';
import { followTheme } from './entry/theme.ts';
import { navigationType, visitToResume } from './entry/visit.ts';
import { OwnMedia } from './own-media.ts';

const preferences = new Preferences();
followTheme(preferences);

const address = readAddress(location);
const token = keepToken(address.token);
if (address.token !== '') {
  history.replaceState(null, '', withoutToken(location));
}

const room = createRoom({ platform: inspectedPlatform() });
const app = new App(room, new OwnMedia(room, preferences, address), preferences, token);
inspect(room, (user, stream) => app.firstFrame(user, stream));
document.getElementById('app')?.append(app.element);

const wish = firstWish(address, readToken(token), preferences.get('user'));
const visit = visitToResume(navigationType(), wish.room);
if (visit) {
  void app.resume(visit);
} else {
  app.start({ ...wish, room: wish.room || madeUpRoom() }, wish.room !== '');
}
