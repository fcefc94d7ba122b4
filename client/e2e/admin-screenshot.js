// Makes the picture of the administrators' page in docs/images, with synthetic people: `npm run shots`.

import { fileURLToPath } from 'node:url';
import { launch, openPage, until } from './harness/browser.js';
import { startLoad } from './harness/load.js';
import { serve } from './harness/server.js';

const IMAGE = fileURLToPath(new URL('../../docs/images/admin.png', import.meta.url));
const MINUTE = 75; // points of history
const MEETINGS = ['--room-name', 'meeting', '--rooms', '8', '--publishers', '3', '--subscribers', '0', '--publishers-receive', '--size', '320x180'];
const WEBINAR = ['--room-name', 'webinar', '--rooms', '1', '--publishers', '1', '--subscribers', '30', '--size', '640x360', '--simulcast'];
const BAD_LINKS = ['--loss-share', '20%', '--loss', '4%', '--link-rate', '300kbit/s'];

const endings = [];
const ending = { after: (end) => endings.unshift(end) };
const browser = await launch();
endings.push(() => browser.close());
try {
  const server = await serve(ending);
  startLoad(ending, server, [...MEETINGS, '--duration', '5m', '--ramp', '3s']);
  startLoad(ending, server, [...WEBINAR, ...BAD_LINKS, '--duration', '5m', '--ramp', '10s']);
  const page = await openPage(browser, `${server.operator}/admin/`, {
    viewport: { width: 1280, height: 1060 },
    prepare: (fresh) => fresh.emulateMedia({ colorScheme: 'dark' }),
  });
  const lived = async (points) => (await (await fetch('/admin/api/state')).json()).history.next > points;
  await until(page, lived, MINUTE, { timeout: 120_000 });
  // A machine that others use too has moments at which it is overloaded: wait for another one.
  const usual = () => document.querySelector('[data-tile="health"] strong').textContent === 'Some suffer';
  await until(page, usual, undefined, { timeout: 60_000 });
  await page.screenshot({ path: IMAGE });
} finally {
  for (const end of endings) {
    await end();
  }
}
