import { browserPlatform, createRoom, type Platform, type Room } from 'atrium-client';

/** What react-native-webrtc exports, as far as it is used here. */
interface NativeWebRTC {
  RTCPeerConnection: new (config: RTCConfiguration) => RTCPeerConnection;
  MediaStream: new (tracks: MediaStreamTrack[]) => MediaStream;
  mediaDevices: MediaDevices;
}

export function nativePlatform(webrtc: NativeWebRTC, onNetworkChange: Platform['onNetworkChange']): Platform {
  return {
    webSocket: (url) => new WebSocket(url),
    peerConnection: (config) => new webrtc.RTCPeerConnection(config),
    mediaStream: (tracks) => new webrtc.MediaStream(tracks),
    setTimeout: (fn, ms) => setTimeout(fn, ms),
    clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
    now: () => performance.now(),
    random: () => Math.random(),
    devices: webrtc.mediaDevices,
    senderCodecs: () => [], // unknown: the SDK publishes what every receiver can play
    supportsSVC: false,
    secureContext: true,
    onNetworkChange,
    log: (level, text, detail) => console[level](text, detail),
  };
}

export function encrypted(worker: Worker): Room {
  const platform = browserPlatform();
  const protect = (end: RTCRtpSender | RTCRtpReceiver, side: 'encrypt' | 'decrypt'): void => {
    end.transform = new RTCRtpScriptTransform(worker, { side });
  };
  const peerConnection = (config: RTCConfiguration): RTCPeerConnection => {
    const connection = platform.peerConnection(config);
    const add = connection.addTransceiver.bind(connection);
    connection.addTransceiver = (trackOrKind, init) => {
      const transceiver = add(trackOrKind, init);
      protect(transceiver.sender, 'encrypt');
      return transceiver;
    };
    connection.addEventListener('track', ({ receiver }) => protect(receiver, 'decrypt'));
    return connection;
  };
  return createRoom({ platform: { ...platform, peerConnection } });
}
