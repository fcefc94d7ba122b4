// Makes the pictures in docs/images through the real server: `npm run shots`.

import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { launch, until } from './harness/browser.js';
import { paintedCamera } from './harness/painted-camera.js';
import { Participant } from './harness/participant.js';
import { serve } from './harness/server.js';

const IMAGES = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const NAMES = ['Amara', 'Björn', 'Chiara', 'Daniel'];
const TALK = [
  [1, 'Can everybody see the plan?'],
  [2, 'Yes, crystal clear.'],
  [0, 'Then let us begin with the garden.'],
];

const endings = [];
const browser = await launch();
endings.push(() => browser.close());
try {
  const server = await serve({ after: (end) => endings.unshift(end) });
  const everybody = [];
  for (const [number, name] of NAMES.entries()) {
    const prepare = paintedCamera(number);
    everybody.push(await Participant.join(browser, server, { name, room: 'Courtyard', prepare }));
  }
  const [viewer] = everybody;
  for (const name of NAMES.slice(1)) {
    await viewer.firstPicture(name);
    await viewer.keepsPlaying(name, 30); // past the first, blurred seconds
  }
  await viewer.page.click('#showChat');
  for (const [number, text] of TALK) {
    await everybody[number].say(text);
    await viewer.reads(text);
  }
  await until(viewer.page, () => document.querySelectorAll('.tile.picture').length === 4);
  await viewer.page.evaluate(() => document.activeElement.blur());
  mkdirSync(IMAGES, { recursive: true });
  await viewer.page.screenshot({ path: `${IMAGES}call.png` });
  await Promise.all(everybody.map(({ page }) => page.context().close()));
} finally {
  for (const end of endings) {
    await end();
  }
}
