import type { RoomOptions } from '../options.ts';
import { preferCodec, useDependencyDescriptor } from './codecs.ts';
import { encodingsOf, fit, type Picture } from './encodings.ts';
import type { Kind, LocalPublication } from './local-publication.ts';

/** One media section that we send in. */
export interface Section {
  readonly kind: Kind;
  readonly transceiver: RTCRtpTransceiver;
  /** Sections of the same shape can take each other's place. */
  readonly shape: string;
  readonly scalable: boolean;
  /** Changes of the sender are made one after the other. */
  settled: Promise<void>;
}

/** The sections of the publishing connection: made when there is none to be used again. */
export class Sections {
  #pc: RTCPeerConnection;
  #options: RoomOptions;
  #free: Section[] = [];

  constructor(pc: RTCPeerConnection, options: RoomOptions) {
    this.#pc = pc;
    this.#options = options;
  }

  /** A section for the sound or the picture of a publication, with or without a track at present. */
  take(publication: LocalPublication, kind: Kind): Section {
    const { codec = 'auto', simulcast, scalabilityMode, audioRed } = publication._options;
    const { platform } = this.#options;
    const scalable = kind === 'video' && platform.supportsSVC && (codec === 'vp9' || codec === 'av1') && simulcast !== false;
    const screen = publication.source === 'screen';
    const shape = [kind, kind === 'audio' ? audioRed : [codec, simulcast, scalabilityMode, screen]].join();
    const found = this.#free.findIndex((section) => section.shape === shape);
    let [section] = found < 0 ? [] : this.#free.splice(found, 1);
    if (section) {
      section.transceiver.direction = 'sendonly';
    } else {
      const init: RTCRtpTransceiverInit = { direction: 'sendonly' };
      if (kind === 'video') {
        init.sendEncodings = encodingsOf(pictureOf(publication, scalable));
      }
      const transceiver = this.#pc.addTransceiver(kind, init);
      const wanted = kind === 'video' ? codec : audioRed === false ? 'auto' : 'red';
      if (wanted !== 'auto') {
        preferCodec(transceiver, platform.senderCodecs(kind), wanted);
      }
      if (codec === 'av1' && kind === 'video') {
        useDependencyDescriptor(transceiver);
      }
      section = { kind, transceiver, shape, scalable, settled: Promise.resolve() };
    }
    this.fill(section, publication);
    return section;
  }

  /** It is of no use any more. */
  give(section: Section): void {
    const { transceiver } = section;
    transceiver.direction = 'inactive';
    this.#after(section, () => transceiver.sender.replaceTrack(null));
    this.#free.push(section);
  }

  /** Sends what the publication has for it now, in the sizes that fit and that somebody watches. */
  fill(section: Section, publication: LocalPublication): Promise<void> {
    return this.#after(section, async () => {
      const { kind, transceiver: { sender } } = section;
      const track = publication._sent(kind);
      if (kind === 'video') {
        await this.#resize(section, publication);
      }
      if (sender.track !== track) {
        await sender.replaceTrack(track);
      }
    });
  }

  async #resize({ transceiver: { sender }, scalable }: Section, publication: LocalPublication): Promise<void> {
    const parameters = sender.getParameters();
    if (parameters.encodings?.length) {
      const before = JSON.stringify(parameters.encodings);
      fit(parameters.encodings, pictureOf(publication, scalable), publication._unwatched);
      if (before !== JSON.stringify(parameters.encodings)) {
        await sender.setParameters(parameters);
      }
      publication._encoded(parameters);
    }
  }

  #after(section: Section, what: () => Promise<void>): Promise<void> {
    const { platform } = this.#options;
    return (section.settled = section.settled.then(what).catch((error) => platform.log('warn', 'sender not changed', error)));
  }
}

function pictureOf(publication: LocalPublication, scalable: boolean): Picture {
  const { width = 0, height = 0 } = publication._sent('video')?.getSettings() ?? {};
  return { width, height, screen: publication.source === 'screen', options: publication._options, scalable };
}
