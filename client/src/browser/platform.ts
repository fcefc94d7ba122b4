import type { Platform } from '../core/platform.ts';
import { onNetworkChange } from './network.ts';
import { watchElement } from './watch-element.ts';

/** The platform of browsers. */
export function browserPlatform(): Platform {
  return {
    webSocket: (url) => new WebSocket(url),
    peerConnection: (config) => new RTCPeerConnection(config),
    mediaStream: (tracks) => new MediaStream(tracks),
    setTimeout: (fn, ms) => setTimeout(fn, ms),
    clearTimeout: (timer) => clearTimeout(timer as number),
    now: () => performance.now(),
    random: () => Math.random(),
    devices: navigator.mediaDevices,
    senderCodecs: (kind) => RTCRtpSender.getCapabilities?.(kind)?.codecs ?? [],
    // What knows header extensions knows scalability modes too, and who knows none does not: Firefox.
    supportsSVC: 'RTCRtpTransceiver' in globalThis && 'getHeaderExtensionsToNegotiate' in RTCRtpTransceiver.prototype,
    secureContext: isSecureContext,
    onNetworkChange,
    watchElement,
    log: (level, text, detail) => console[level]('atrium:', text, detail ?? ''),
  };
}
