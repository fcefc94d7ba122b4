// Runs in the browser: one participant who joins a room and says how long each connection took. It speaks the protocol
// by itself, so that nothing of the call page's own work is in the figures.

let media = null;

/** Opens camera and microphone, once for all joins. */
globalThis.openMedia = async ({ width = 320, height = 180 } = {}) => {
  const video = { width, height, frameRate: 30 };
  media ??= await navigator.mediaDevices.getUserMedia({ audio: true, video });
};

class Room {
  #socket;
  #calls = new Map();
  #candidates = new Map(); // endpoint -> the server's candidates so far, or the function that takes them
  #user;
  #next = 0;

  static async join(url, room, user) {
    const self = new Room();
    self.#user = user;
    self.#socket = new WebSocket(url);
    self.#socket.onmessage = ({ data }) => self.#receive(JSON.parse(data));
    await new Promise((resolve, reject) => Object.assign(self.#socket, { onopen: resolve, onerror: reject }));
    await self.call('joinRoom', { user, room });
    return self;
  }

  call(method, params) {
    const id = this.#next++;
    this.#socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    return new Promise((resolve, reject) => this.#calls.set(id, { resolve, reject }));
  }

  #receive({ id, method, params, result, error }) {
    if (method === 'iceCandidate') {
      const known = this.#candidates.get(params.endpointName) ?? [];
      typeof known === 'function' ? known(params) : this.#candidates.set(params.endpointName, [...known, params]);
    } else if (error) {
      this.#calls.get(id)?.reject(new Error(`${error.code} ${error.message}`));
    } else {
      this.#calls.get(id)?.resolve(result);
    }
  }

  /**
   * Negotiates one connection and answers the milliseconds from the offer's departure to `connected`. With `relay`,
   * a host:port, all media goes through there and no candidate tells of another way.
   */
  async connect(pc, endpoint, method, params, relay) {
    const early = [];
    let signal = (candidate) => early.push(candidate);
    pc.onicecandidate = ({ candidate }) => candidate && !relay && signal(candidate);
    await pc.setLocalDescription();
    const connected = new Promise((resolve, reject) => {
      pc.onconnectionstatechange = () => {
        if (pc.connectionState === 'connected') {
          resolve(performance.now());
        } else if (pc.connectionState === 'failed') {
          reject(new Error(`${method}: failed: ${describe(pc)}`));
        }
      };
    });
    const began = performance.now();
    const answered = this.call(method, { ...params, sdpOffer: withoutCandidates(pc.localDescription.sdp) });
    signal = ({ candidate, sdpMid, sdpMLineIndex }) =>
      this.call('onIceCandidate', { endpointName: endpoint, candidate, sdpMid, sdpMLineIndex });
    early.forEach(signal);
    const { sdpAnswer } = await answered;
    await pc.setRemoteDescription({ type: 'answer', sdp: relay ? throughRelay(sdpAnswer, relay) : sdpAnswer });
    if (!relay) {
      const take = (candidate) => pc.addIceCandidate(candidate).catch(() => {});
      (this.#candidates.get(endpoint) ?? []).forEach(take);
      this.#candidates.set(endpoint, take);
    }
    const stood = await within(connected, () => `${method}: not connected: ${describe(pc)}`);
    return { began, connected: stood - began };
  }

  publish(pc, relay) {
    return this.connect(pc, this.#user, 'publishVideo', { doLoopback: false }, relay);
  }

  receive(pc, sender, relay) {
    return this.connect(pc, sender, 'receiveVideoFrom', { sender: `${sender}_webcam` }, relay);
  }

  async leave() {
    await this.call('leaveRoom');
    this.#socket.close();
  }
}

const isCandidate = (line) => line.startsWith('a=candidate:') || line.startsWith('a=end-of-candidates');

function withoutCandidates(sdp) {
  return sdp.split('\r\n').filter((line) => !isCandidate(line)).join('\r\n');
}

function throughRelay(sdp, relay) {
  const [host, port] = relay.split(':');
  const lines = withoutCandidates(sdp).split('\r\n');
  const at = lines.findIndex((line) => line.startsWith('a=ice-ufrag'));
  lines.splice(at, 0, `a=candidate:1 1 udp 2130706431 ${host} ${port} typ host`, 'a=end-of-candidates');
  return lines.join('\r\n');
}

function publishing(codec) {
  const pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  for (const track of media.getTracks()) {
    const transceiver = pc.addTransceiver(track, { direction: 'sendonly', streams: [media] });
    if (codec && track.kind === 'video') {
      const { codecs } = RTCRtpSender.getCapabilities('video');
      const rank = ({ mimeType }) => (mimeType.toLowerCase() === `video/${codec}` ? 0 : 1);
      transceiver.setCodecPreferences(codecs.toSorted((a, b) => rank(a) - rank(b)));
    }
  }
  return pc;
}

/** A connection to receive on, and a promise of the time of its first picture. */
function receiving() {
  const pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  pc.addTransceiver('audio', { direction: 'recvonly' });
  pc.addTransceiver('video', { direction: 'recvonly' });
  const video = document.body.appendChild(document.createElement('video'));
  Object.assign(video, { muted: true, autoplay: true, playsInline: true, srcObject: new MediaStream() });
  pc.ontrack = ({ track }) => track.kind === 'video' && video.srcObject.addTrack(track);
  const picture = new Promise((resolve) => video.requestVideoFrameCallback(() => resolve(performance.now())));
  return { pc, picture, close: () => (pc.close(), video.remove()) };
}

const PATIENCE = 20_000;

async function within(promise, explain) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(explain())), PATIENCE);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function describe(pc) {
  return `connection ${pc.connectionState}, ICE ${pc.iceConnectionState}, gathering ${pc.iceGatheringState}`;
}

let hosted = null;

/** Publishes and stays. */
globalThis.host = async ({ url, room, user, codec }) => {
  const self = await Room.join(url, room, user);
  hosted = publishing(codec);
  await self.publish(hosted);
};

/** How many keyframes the picture that is published has had so far. */
globalThis.keyframes = async () => {
  let count = 0;
  for (const { type, kind, keyFramesEncoded } of (await hosted.getStats()).values()) {
    count += type === 'outbound-rtp' && kind === 'video' ? keyFramesEncoded : 0;
  }
  return count;
};

/** Joins, receives `sender` for a while, leaves; answers the ms from the connection to the first picture. */
globalThis.watch = async ({ url, room, user, sender, stay }) => {
  const self = await Room.join(url, room, user);
  const { pc, picture, close } = receiving();
  try {
    const { began, connected } = await self.receive(pc, sender);
    const seen = await within(picture, () => `no picture: ${describe(pc)}`);
    await new Promise((resolve) => setTimeout(resolve, stay));
    return seen - began - connected;
  } finally {
    close();
    await self.leave();
  }
};

/** Joins, publishes, receives `sender`, leaves; answers the times in ms. */
globalThis.joinOnce = async ({ url, room, user, sender, relay }) => {
  const self = await Room.join(url, room, user);
  const out = publishing();
  const { pc, picture, close } = receiving();
  try {
    const published = await self.publish(out, relay);
    const received = await self.receive(pc, sender, relay);
    const seen = await within(picture, () => `no picture: ${describe(pc)}`);
    return { publish: published.connected, receive: received.connected, picture: seen - received.began };
  } finally {
    close();
    out.close();
    await self.leave();
  }
};
