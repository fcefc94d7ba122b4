/** A MediaStreamTrack of a size. */
export class FakeTrack {
  readyState = 'live';
  enabled = true;
  contentHint = '';
  readonly kind: string;
  readonly label: string;
  #width: number;
  #height: number;
  #ended: (() => void)[] = [];

  constructor(kind: string, label = '', width = 1280, height = 720) {
    this.kind = kind;
    this.label = label;
    this.#width = width;
    this.#height = height;
  }

  get real(): MediaStreamTrack {
    return this as unknown as MediaStreamTrack;
  }

  getSettings(): object {
    return this.kind === 'video' ? { width: this.#width, height: this.#height } : {};
  }

  addEventListener(_name: 'ended', fn: () => void): void {
    this.#ended.push(fn);
  }

  stop(): void {
    this.readyState = 'ended';
  }

  /** The device is unplugged, or the browser's own button ends it. */
  end(): void {
    this.readyState = 'ended';
    this.#ended.splice(0).forEach((fn) => fn());
  }
}

/** A MediaStream. */
export class FakeStream {
  readonly tracks: FakeTrack[];

  constructor(tracks: FakeTrack[] = []) {
    this.tracks = [...tracks];
  }

  getTracks = (): FakeTrack[] => this.tracks;
  getAudioTracks = (): FakeTrack[] => this.tracks.filter(({ kind }) => kind === 'audio');
  getVideoTracks = (): FakeTrack[] => this.tracks.filter(({ kind }) => kind === 'video');
  addTrack = (track: FakeTrack): unknown => this.tracks.includes(track) || this.tracks.push(track);
  removeTrack = (track: FakeTrack): unknown => this.tracks.includes(track) && this.tracks.splice(this.tracks.indexOf(track), 1);
}

type Constraint = boolean | { deviceId?: string | { exact: string } } | undefined;

/** navigator.mediaDevices with devices by kind; a test plugs them in and out. */
export class FakeDevices {
  cameras: Record<string, [number, number]> = { front: [1280, 720], back: [640, 480] };
  microphones: string[] = ['headset', 'desk'];
  denied: string[] = []; // kinds
  busy = new Set<string>();
  /** Phones open one camera at a time. */
  exclusive = false;
  readonly opened: FakeTrack[] = [];
  readonly asked: object[] = [];

  getUserMedia = async (wanted: { audio?: Constraint; video?: Constraint }): Promise<FakeStream> => {
    this.asked.push(wanted);
    const tracks: FakeTrack[] = [];
    if (wanted.audio) {
      tracks.push(this.#open('audio', this.microphones, wanted.audio));
    }
    if (wanted.video) {
      tracks.push(this.#open('video', Object.keys(this.cameras), wanted.video));
    }
    this.opened.push(...tracks);
    return new FakeStream(tracks);
  };

  getDisplayMedia = async ({ audio }: { audio: boolean }): Promise<FakeStream> => {
    const tracks = [new FakeTrack('video', 'screen', 1920, 1080), ...(audio ? [new FakeTrack('audio', 'system')] : [])];
    this.opened.push(...tracks);
    return new FakeStream(tracks);
  };

  /** What is open now. */
  get open(): string[] {
    return this.opened.filter(({ readyState }) => readyState === 'live').map(({ label }) => label);
  }

  #open(kind: string, names: string[], constraint: Constraint): FakeTrack {
    const fail = (name: string): never => {
      throw Object.assign(new Error(name), { name });
    };
    const { deviceId } = typeof constraint === 'object' ? constraint : {};
    const wanted = typeof deviceId === 'object' ? deviceId.exact : deviceId;
    if (this.denied.includes(kind)) {
      fail('NotAllowedError');
    }
    const label = names.find((name) => name === wanted) ?? (typeof deviceId === 'object' ? fail('OverconstrainedError') : names[0]);
    if (label === undefined) {
      return fail('NotFoundError');
    }
    if (this.busy.has(label) || (this.exclusive && this.opened.some((track) => track.kind === kind && track.readyState === 'live'))) {
      fail('NotReadableError');
    }
    return new FakeTrack(kind, label, ...(this.cameras[label] ?? []));
  }
}
