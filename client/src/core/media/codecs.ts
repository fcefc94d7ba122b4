const DEPENDENCY_DESCRIPTOR =
  'https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension';

/** W3C's RTP Header Extension Control, which only Chromium has. */
interface ExtensionControl {
  getHeaderExtensionsToNegotiate?(): { uri: string; direction: string }[];
  setHeaderExtensionsToNegotiate?(extensions: { uri: string; direction: string }[]): void;
}

/** Offers a codec (`vp8`, `red`) before the others. A browser that does not have it, or cannot choose, offers its own first. */
export function preferCodec(transceiver: RTCRtpTransceiver, codecs: readonly RTCRtpCodec[], name: string): void {
  const wanted = codecs.filter(({ mimeType }) => mimeType.toLowerCase().endsWith(`/${name}`));
  if (wanted.length) {
    transceiver.setCodecPreferences?.([...wanted, ...codecs.filter((codec) => !wanted.includes(codec))]);
  }
}

/**
 * Takes part in what tells the layers of scalable AV1 apart. Chromium leaves it out unless asked, also when it receives:
 * it would see the smallest picture only.
 */
export function useDependencyDescriptor(transceiver: RTCRtpTransceiver & ExtensionControl): void {
  const extensions = transceiver.getHeaderExtensionsToNegotiate?.() ?? [];
  for (const extension of extensions) {
    // The mid must not be left out, says Chromium, and leaves it out itself of what the server does not offer it for.
    if (extension.uri === DEPENDENCY_DESCRIPTOR || extension.uri.endsWith(':mid')) {
      extension.direction = 'sendrecv';
    }
  }
  transceiver.setHeaderExtensionsToNegotiate?.(extensions);
}
