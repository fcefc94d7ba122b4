import type { RemoteTrack } from '../core/media/remote-track.ts';

/** The longest name under a thumbnail; a longer one is cut. */
const NAME_LENGTH = 16;

/** What is played: tracks of somebody else, or a stream of one's own. */
export type Source = readonly RemoteTrack[] | MediaStream | undefined;

/** The elements that one stream has on the page. */
export class Elements {
  #videos = new Set<HTMLVideoElement>();
  #shown = new WeakSet<HTMLVideoElement>();
  #containers: HTMLElement[] = [];

  /** A video below `parent`, an element or its id; `thumbnailId` is shown with the first picture. */
  video(globalId: string, parent: string | HTMLElement, thumbnailId: string | undefined, own: boolean): HTMLVideoElement {
    const video = document.createElement('video');
    video.id = `native-video-${globalId}`;
    video.autoplay = true;
    video.playsInline = true; // phones would go full-screen
    video.controls = false;
    video.muted = own;
    video.addEventListener('playing', () => {
      show(thumbnailId);
      document.getElementById(`progress-${globalId}`)?.remove();
    });
    (typeof parent === 'string' ? document.getElementById(parent) : parent)?.append(video);
    this.#videos.add(video);
    return video;
  }

  /** A container below the element `parentId`, with the name, and a place that is there until the first picture. */
  thumbnail(globalId: string, parentId: string): HTMLElement {
    const container = document.createElement('div');
    container.className = 'participant';
    container.id = globalId;
    const name = document.createElement('div');
    name.id = `name-${globalId}`;
    name.className = 'name';
    name.title = globalId;
    const user = globalId.replace('_webcam', '');
    name.textContent = user.length >= NAME_LENGTH ? `${user.slice(0, NAME_LENGTH)}...` : user;
    container.append(name);
    const progress = document.createElement('div');
    progress.id = `progress-${globalId}`;
    document.getElementById(parentId)?.append(container, progress);
    this.#containers.push(container, progress);
    return container;
  }

  /** Plays the source in all videos, or in one. */
  play(source: Source, only?: HTMLVideoElement): void {
    this.#forget(source);
    for (const video of only ? [only] : this.#videos) {
      if (isTracks(source)) {
        source.forEach((track) => track.attach(video));
      } else {
        video.srcObject = source ?? null;
      }
    }
  }

  /** Takes everything off the page. */
  dispose(source: Source): void {
    this.#videos.forEach((video) => this.#drop(video, source));
    this.#containers.splice(0).forEach((element) => element.remove());
  }

  /** Pages show somebody large in a new video each time, and throw the old one away: it shall not be decoded for ever. */
  #forget(source: Source): void {
    for (const video of this.#videos) {
      if (video.isConnected) {
        this.#shown.add(video);
      } else if (this.#shown.has(video)) {
        this.#drop(video, source);
      }
    }
  }

  #drop(video: HTMLVideoElement, source: Source): void {
    if (isTracks(source)) {
      source.forEach((track) => track.detach(video));
    }
    video.srcObject = null;
    video.remove();
    this.#videos.delete(video);
  }
}

const isTracks = (source: Source): source is readonly RemoteTrack[] => Array.isArray(source);

/** Shows an element that the page had hidden until there is a picture. */
function show(id: string | undefined): void {
  const element = id === undefined ? null : document.getElementById(id);
  if (element?.style.display === 'none') {
    element.style.display = '';
  }
}
