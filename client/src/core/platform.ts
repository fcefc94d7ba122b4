/** The part of W3C's WebSocket that the core uses; events are as there. */
export interface WebSocketLike {
  /** 1 is open. */
  readonly readyState: number;
  /** The way is there; W3C's handlers. */
  onopen: ((event: never) => void) | null;
  /** Of its event `data` is looked at. */
  onmessage: ((event: never) => void) | null;
  /** Of its event `code` and `reason` are looked at. */
  onclose: ((event: never) => void) | null;
  /** Followed by `onclose` always. */
  onerror: ((event: never) => void) | null;
  /** Sends a message; only while it is open. */
  send(text: string): void;
  /** Closes it; `onclose` follows. */
  close(code?: number, reason?: string): void;
}

/** How an element shows a picture: its size in device pixels, and whether anything of it can be seen. */
export interface ElementView {
  width: number;
  height: number;
  visible: boolean;
}

/** The part of HTMLMediaElement that a {@link RemoteTrack} uses. */
export interface MediaElementLike {
  srcObject: unknown;
  /** Begins to play; rejects when the browser wants a click first. */
  play?(): Promise<void> | void;
  /** Plays on this loudspeaker from here on; absent where the browser decides. */
  setSinkId?(deviceId: string): Promise<void>;
}

/**
 * All that the core takes from its surroundings. Browsers' is filled in by `createRoom`; React Native, or a test, brings
 * its own. No file of the core touches a global of the DOM.
 */
export interface Platform {
  /** Opens a websocket. */
  webSocket(url: string): WebSocketLike;
  /** Makes a peer connection. */
  peerConnection(config: RTCConfiguration): RTCPeerConnection;
  /** Puts tracks together to one stream. */
  mediaStream(tracks: MediaStreamTrack[]): MediaStream;
  /** Calls once, later. Answers what stops it. */
  setTimeout(fn: () => void, ms: number): unknown;
  /** Stops a timer; one that has fired is none any more. */
  clearTimeout(timer: unknown): void;
  /** Milliseconds from anywhere, never running backwards. */
  now(): number;
  /** From 0 to below 1. */
  random(): number;
  /** Absent where there are no cameras or microphones, and on insecure origins. */
  readonly devices?: MediaDevices | undefined;
  /** What can be sent, best first; empty when unknown. */
  senderCodecs(kind: 'audio' | 'video'): RTCRtpCodec[];
  /** Whether senders take a `scalabilityMode`. */
  readonly supportsSVC: boolean;
  /** Whether this is a place where browsers give out devices: https, or the own machine. */
  readonly secureContext: boolean;
  /** Calls when the device may have come to another network. Answers how to stop listening. */
  onNetworkChange(fn: () => void): () => void;
  /**
   * Calls when the view of the element has changed, and once soon after the call. Absent: every attached element counts as
   * visible, of unknown size. Answers how to stop.
   */
  watchElement?(element: MediaElementLike, fn: (view: ElementView) => void): () => void;
  /** Where the SDK says what is strange (`warn`), and what it does (`debug`). */
  log(level: 'debug' | 'warn', text: string, detail?: unknown): void;
}
