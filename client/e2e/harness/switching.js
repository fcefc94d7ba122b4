// Asks for sizes of a picture and sees when they come, and whether the picture moved all the while.

import { until } from './browser.js';

/**
 * Makes a Chromium send every size from the first second on. On a crowded machine it takes its own lateness for a slow
 * network and leaves out the largest, and then nobody can be given it.
 */
export function certainOfItsUplink(page) {
  return page.addInitScript(() => {
    const accept = RTCPeerConnection.prototype.setRemoteDescription;
    RTCPeerConnection.prototype.setRemoteDescription = function ({ type, sdp }) {
      const [, payload] = /^m=video \d+ \S+ (\d+)/m.exec(sdp) ?? [];
      const rate = 'x-google-start-bitrate=3000;x-google-min-bitrate=3000';
      const known = new RegExp(`^a=fmtp:${payload} `, 'm');
      const changed = known.test(sdp)
        ? sdp.replace(known, `a=fmtp:${payload} ${rate};`)
        : sdp.replace(new RegExp(`^a=rtpmap:${payload} .*$`, 'm'), `$&\r\na=fmtp:${payload} ${rate}`);
      return accept.call(this, { type, sdp: changed });
    };
  });
}

/**
 * Asks as `viewer` for a layer of `user` and waits until the picture on screen is `width` px wide. Answers the
 * milliseconds that took.
 */
export function switchTo(viewer, user, layer, width, { timeout }) {
  return viewer.page.evaluate(
    async ([name, number, wanted, patience]) => {
      const video = document.querySelector(`.tile[data-user="${name}"] video`);
      const began = performance.now();
      const { subscription } = globalThis.atrium.room.participants.get(name).publications.get('webcam');
      subscription.prefer({}); // whatever the size of the tile
      subscription.setLayer(number);
      while (video.videoWidth !== wanted) {
        if (performance.now() - began > patience) {
          throw new Error(`layer ${number} of ${name}: ${video.videoWidth} px instead of ${wanted} after ${patience} ms`);
        }
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      return Math.round(performance.now() - began);
    },
    [user, layer, width, timeout],
  );
}

/** Waits until `viewer` sees `user` in a picture `width` px wide. */
export function sees(viewer, user, width, options) {
  return until(
    viewer.page,
    ([name, wanted]) => document.querySelector(`.tile[data-user="${name}"] video`).videoWidth === wanted,
    [user, width],
    options,
  );
}

/**
 * Watches the frames of `user` on the screen of `viewer` from now on. `end()` answers {longestGap, freezes}: the longest
 * time without a new frame in ms, one that has not ended included, and the freezes that getStats counted.
 */
export async function watchFrames(viewer, user) {
  const freezes = async () => (await viewer.stats(user)).freezeCount ?? 0;
  const before = await freezes();
  await viewer.page.evaluate((name) => {
    const video = document.querySelector(`.tile[data-user="${name}"] video`);
    const watch = { last: performance.now(), longest: 0 };
    const look = (now) => {
      watch.longest = Math.max(watch.longest, now - watch.last);
      watch.last = now;
      video.requestVideoFrameCallback(look);
    };
    video.requestVideoFrameCallback(look);
    globalThis.frames = watch;
  }, user);
  return {
    async end() {
      const longestGap = await viewer.page.evaluate(() => {
        const { longest, last } = globalThis.frames;
        return Math.round(Math.max(longest, performance.now() - last));
      });
      return { longestGap, freezes: (await freezes()) - before };
    },
  };
}
