import type { AtriumError } from '../errors.ts';
import type { MediaHost } from '../seam.ts';
import { hopeless, trickle } from './candidates.ts';
import { ConnectionWatch } from './connection-watch.ts';
import type { Kind, LocalPublication } from './local-publication.ts';
import { KINDS } from './local-publication.ts';
import { Sections, type Section } from './sections.ts';

/** What the publishing connection tells. */
export interface UplinkEvents {
  /** The server has it. */
  published(publication: LocalPublication): void;
  /** The server, or the browser, will not. */
  refused(publication: LocalPublication, error: AtriumError): void;
  changed(state: RTCPeerConnectionState): void;
}

interface Sending {
  sections: Partial<Record<Kind, Section>>;
  /** The server knows it. */
  live: boolean;
  /** What it was told to be off. */
  told: string;
}

/**
 * The publishing connection: the client offers, again and again, and nobody else. What is changed in one go, or while an
 * offer is under way, goes into one offer; sections of streams that have ended are used again.
 *
 *     publish, ICE restart ──> dirty ──> offer ──publish──> answer ──> dirty? ... stable
 *                                          └──── error ───> rollback
 */
export class Uplink {
  readonly pc: RTCPeerConnection;
  readonly watch: ConnectionWatch;
  #host: MediaHost;
  #events: UplinkEvents;
  #sections: Sections;
  #sending = new Map<LocalPublication, Sending>();
  #negotiated = false;
  #dirty = false;
  #restarting = false;
  #running = false;
  #careful = false; // after a refusal of several: one at a time, to find out which
  #closed = false;

  constructor(host: MediaHost, config: RTCConfiguration, events: UplinkEvents) {
    const { platform } = host.options;
    this.#host = host;
    this.#events = events;
    this.pc = platform.peerConnection(config);
    this.#sections = new Sections(this.pc, host.options);
    trickle(host, 'publisher', this.pc);
    this.watch = new ConnectionWatch(platform, this.pc, () => this.#restart(), events.changed);
  }

  /** Publishes, and tells how it went. */
  add(publication: LocalPublication): void {
    const sections: Sending['sections'] = {};
    for (const kind of KINDS) {
      if (kind === 'audio' ? publication.hasAudio : publication.hasVideo) {
        sections[kind] = this.#sections.take(publication, kind);
      }
    }
    this.#sending.set(publication, { sections, live: false, told: '' });
    this.#change();
  }

  /** Ends it, on the server too. Needs no offer. */
  async remove(publication: LocalPublication): Promise<void> {
    const sending = this.#sending.get(publication);
    if (sending) {
      this.forget(publication);
      if (sending.live) {
        await this.#host.call('unpublishVideo', { stream: publication.stream });
      }
    }
  }

  /** The server has ended it. */
  forget(publication: LocalPublication): void {
    const { sections = {} } = this.#sending.get(publication) ?? {};
    this.#sending.delete(publication);
    Object.values(sections).forEach((section) => this.#sections.give(section));
  }

  /** Sends what the publication has now, and tells the server what is off. */
  async update(publication: LocalPublication): Promise<void> {
    const sending = this.#sending.get(publication);
    if (sending) {
      await Promise.all(Object.values(sending.sections).map((section) => this.#sections.fill(section, publication)));
      this.#tellOff(publication, sending);
    }
  }

  /** The section of the picture has this mid, for statistics. */
  find(mid: unknown): LocalPublication | undefined {
    for (const [publication, { sections }] of this.#sending) {
      if (Object.values(sections).some(({ transceiver }) => transceiver.mid === mid)) {
        return publication;
      }
    }
    return undefined;
  }

  close(): void {
    this.#closed = true;
    this.watch.stop();
    this.pc.onicecandidate = null;
    this.pc.close();
  }

  #restart(): void {
    this.#host.probe();
    this.#restarting = true;
    this.#change();
  }

  #change(): void {
    this.#dirty = true;
    if (!this.#running) {
      this.#running = true;
      this.#negotiate();
    }
  }

  async #negotiate(): Promise<void> {
    await undefined; // what is done in one go is one offer
    while (this.#dirty && !this.#closed) {
      this.#dirty = false;
      const waiting = [...this.#sending].filter(([, { live }]) => !live);
      const fresh = waiting.slice(0, this.#careful ? 1 : waiting.length).map(([publication]) => publication);
      if (!fresh.length && !this.#restarting) {
        break;
      }
      try {
        await this.#round(fresh);
        this.#dirty ||= fresh.length < waiting.length;
      } catch (error) {
        await this.#rollBack(fresh, error as AtriumError);
      }
    }
    this.#running = false;
  }

  async #round(fresh: LocalPublication[]): Promise<void> {
    const { pc } = this;
    if (this.#restarting && this.#negotiated) {
      pc.restartIce();
    }
    this.#restarting = false;
    await pc.setLocalDescription();
    if (this.#closed) {
      return;
    }
    const listed = [...this.#sending].filter(([publication, { live }]) => live || fresh.includes(publication));
    const asked = this.#host.call<{ sdpAnswer: string }>('publish', {
      sdpOffer: pc.localDescription!.sdp,
      streams: listed.map(describe),
      ...(!this.#negotiated && { fresh: true }),
    });
    const { sdpAnswer } = await asked;
    if (this.#closed) {
      return;
    }
    await pc.setRemoteDescription({ type: 'answer', sdp: sdpAnswer });
    this.#negotiated = true;
    for (const [publication, sending] of listed) {
      if (fresh.includes(publication) && this.#sending.has(publication)) {
        sending.live = true;
        this.update(publication);
        this.#events.published(publication);
      }
    }
    await this.#endMissed(fresh);
  }

  // Those that were unpublished while the server was being asked to publish them.
  async #endMissed(fresh: LocalPublication[]): Promise<void> {
    for (const { stream } of fresh.filter((publication) => !this.#sending.has(publication))) {
      await this.#host.call('unpublishVideo', { stream }).catch(() => {});
    }
  }

  async #rollBack(fresh: LocalPublication[], error: AtriumError): Promise<void> {
    const { pc } = this;
    if (this.#closed || hopeless(error)) {
      return; // so is this connection
    }
    this.#host.options.platform.log('warn', 'not published', error);
    if (pc.signalingState === 'have-local-offer') {
      await pc.setLocalDescription({ type: 'rollback' }).catch(() => {});
    }
    if (fresh.length > 1) {
      this.#careful = this.#dirty = true;
      return;
    }
    for (const publication of fresh) {
      this.forget(publication);
      this.#events.refused(publication, error);
    }
    this.#dirty ||= [...this.#sending.values()].some(({ live }) => !live);
  }

  #tellOff(publication: LocalPublication, sending: Sending): void {
    const off = offOf(publication);
    if (sending.live && sending.told !== String(off)) {
      sending.told = String(off);
      const [audio, video] = [off.includes('audio'), off.includes('video')];
      this.#host.call('setOff', { stream: publication.stream, audio, video }).catch(() => (sending.told = ''));
    }
  }
}

const offOf = (publication: LocalPublication): Kind[] => KINDS.filter((kind) => !publication._sent(kind));

function describe([publication, sending]: [LocalPublication, Sending]): object {
  const off = offOf(publication);
  sending.told = String(off);
  return { id: publication.stream, mids: Object.values(sending.sections).map(({ transceiver }) => transceiver.mid), off };
}
