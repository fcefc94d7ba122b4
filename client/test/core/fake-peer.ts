import assert from 'node:assert/strict';
import { FakeTrack } from './fake-devices.ts';

/** An RTCRtpSender that can be looked at. */
export class FakeSender {
  track: FakeTrack | null = null;
  encodings: RTCRtpEncodingParameters[];
  replaced: (FakeTrack | null)[] = [];
  #handed = 0;
  #taken = 0;

  constructor(encodings: RTCRtpEncodingParameters[]) {
    this.encodings = encodings;
  }

  async replaceTrack(track: FakeTrack | null): Promise<void> {
    this.replaced.push(track);
    this.track = track;
  }

  getParameters(): object {
    this.#handed++;
    return { encodings: structuredClone(this.encodings), codecs: [{ mimeType: 'video/VP8' }] };
  }

  async setParameters({ encodings }: { encodings: RTCRtpEncodingParameters[] }): Promise<void> {
    assert.notEqual(this.#handed, this.#taken, 'parameters were got for this');
    this.#taken = this.#handed;
    this.encodings = encodings;
  }
}

/** An RTCRtpTransceiver. */
export class FakeTransceiver {
  mid: string | null = null;
  readonly sender: FakeSender;
  readonly receiver: { track: FakeTrack };
  direction: string;
  preferred: string[] = [];
  readonly kind: string;

  constructor(kind: string, init: RTCRtpTransceiverInit = {}) {
    this.kind = kind;
    this.direction = init.direction ?? 'sendrecv';
    this.sender = new FakeSender(structuredClone(init.sendEncodings ?? [{}]));
    this.receiver = { track: new FakeTrack(kind) };
  }

  setCodecPreferences(codecs: { mimeType: string }[]): void {
    this.preferred = codecs.map(({ mimeType }) => mimeType);
  }
}

/** An RTCPeerConnection without a network. Its SDP names the sections: `offer ice1 0:audio:sendonly 1:video:sendonly`. */
export class FakePeer {
  static readonly all: FakePeer[] = [];
  signalingState = 'stable';
  connectionState = 'new';
  localDescription: { type: string; sdp: string } | null = null;
  onconnectionstatechange: (() => void) | null = null;
  onicecandidate: ((event: { candidate: object | null }) => void) | null = null;
  stats: [string, object][] = [];
  closed = false;
  answers: string[] = [];
  readonly config: RTCConfiguration;
  #transceivers: FakeTransceiver[] = [];
  #associated: FakeTransceiver[] = []; // by the offer under way
  #ice = 1;

  constructor(config: RTCConfiguration) {
    this.config = config;
    FakePeer.all.push(this);
  }

  addTransceiver(kind: string, init?: RTCRtpTransceiverInit): FakeTransceiver {
    const transceiver = new FakeTransceiver(kind, init);
    this.#transceivers.push(transceiver);
    return transceiver;
  }

  getTransceivers(): FakeTransceiver[] {
    return this.#transceivers;
  }

  async setLocalDescription(description?: { type: string }): Promise<void> {
    if (description?.type === 'rollback') {
      assert.equal(this.signalingState, 'have-local-offer');
      this.#associated.forEach((transceiver) => (transceiver.mid = null));
      this.signalingState = 'stable';
      return;
    }
    assert.notEqual(this.signalingState, 'have-local-offer', 'one offer at a time');
    assert.equal(this.closed, false);
    const type = this.signalingState === 'stable' ? 'offer' : 'answer';
    if (type === 'offer') {
      this.#associated = this.#transceivers.filter(({ mid }) => mid === null);
      this.#associated.forEach((transceiver) => (transceiver.mid = String(this.#transceivers.indexOf(transceiver))));
    }
    this.signalingState = type === 'offer' ? 'have-local-offer' : 'stable';
    const sections = this.#transceivers.map(({ mid, kind, direction }) => `${mid}:${kind}:${direction}`);
    this.localDescription = { type, sdp: [type, `ice${this.#ice}`, ...sections].join(' ') };
  }

  /** An answer of any text, or an offer like `offer 0:audio 1:video`. */
  async setRemoteDescription({ type, sdp }: { type: string; sdp: string }): Promise<void> {
    if (sdp.includes('rubbish')) {
      throw new Error('rubbish');
    }
    if (type === 'answer') {
      assert.equal(this.signalingState, 'have-local-offer');
      this.signalingState = 'stable';
      this.answers.push(sdp);
      return;
    }
    assert.equal(this.signalingState, 'stable', 'glare');
    this.signalingState = 'have-remote-offer';
    for (const section of sdp.split(' ').slice(1)) {
      const [mid, kind] = section.split(':') as [string, string];
      if (!this.#transceivers.some((transceiver) => transceiver.mid === mid)) {
        this.addTransceiver(kind, { direction: 'recvonly' }).mid = mid;
      }
    }
  }

  restartIce(): void {
    this.#ice++;
  }

  async getStats(): Promise<Map<string, object>> {
    return new Map(this.stats);
  }

  close(): void {
    this.closed = true;
  }

  /** The network does this to it. */
  become(state: string): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
}
