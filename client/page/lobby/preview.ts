// One's own picture before joining, as a mirror, with the two switches below it.

import { h, say } from '../dom.ts';
import type { OwnMedia } from '../own-media.ts';
import { LevelBar } from '../parts/level-bar.ts';
import { deviceToggle } from '../parts/toggle.ts';

export class Preview {
  readonly element: HTMLElement;
  readonly #own: OwnMedia;
  readonly #level: LevelBar;
  readonly #video = h('video', { id: 'preview', class: 'mirrored', playsinline: true, 'aria-hidden': 'true' });
  readonly #note = h('p', { id: 'previewNote', class: 'preview-note', role: 'status' });
  #running = false;

  constructor(own: OwnMedia) {
    this.#own = own;
    this.#level = new LevelBar(own);
    this.#video.muted = this.#video.autoplay = true;
    this.element = h(
      'section',
      { class: 'preview', 'aria-label': 'Your camera and microphone' },
      this.#video,
      this.#note,
      h(
        'div',
        { class: 'preview-controls' },
        this.#level.element,
        deviceToggle(own, 'microphone', { id: 'previewMicrophone' }),
        deviceToggle(own, 'camera', { id: 'previewCamera' }),
      ),
    );
    own.on('changed', () => this.#show());
  }

  start(): void {
    this.#running = true;
    this.#level.start();
    this.#show();
  }

  stop(): void {
    this.#running = false;
    this.#level.stop();
    this.#video.srcObject = null;
  }

  #show(): void {
    if (!this.#running) {
      return;
    }
    const track = this.#own.isOn('camera') ? this.#own.videoTrack : undefined;
    const shown = (this.#video.srcObject as MediaStream | null)?.getVideoTracks()[0];
    if (shown !== track) {
      this.#video.srcObject = track ? new MediaStream([track]) : null;
    }
    this.element.classList.toggle('off', track === undefined);
    say(this.#note, track ? '' : this.#sentence());
  }

  #sentence(): string {
    if (this.#own.opening) {
      return 'Asking for your camera and microphone…';
    }
    return this.#own.has('camera') ? 'Your camera is off' : 'No camera';
  }
}
