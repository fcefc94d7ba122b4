// Debian's Firefox with a fake camera and microphone: what it is started with, whoever drives it.

import { existsSync } from 'node:fs';

export const EXECUTABLE = process.env.FIREFOX ?? '/usr/bin/firefox-esr';

/** Whether there is one here. */
export const installed = existsSync(EXECUTABLE);

export const PREFERENCES = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.peerconnection.ice.loopback': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'media.autoplay.default': 0,
};
