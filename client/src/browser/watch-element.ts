import type { ElementView, MediaElementLike } from '../core/platform.ts';

/**
 * Watches how large an element shows its picture, in device pixels of the whole picture, and whether anything of it can be
 * seen. Calls at once and at each change. Answers how to stop.
 */
export function watchElement(element: MediaElementLike, fn: (view: ElementView) => void): () => void {
  if (!(element instanceof HTMLVideoElement)) {
    return () => {};
  }
  let inSight = true; // until one knows better
  const look = (): void => {
    const { width, height } = sizeOf(element);
    fn({ width, height, visible: inSight && !document.hidden && width * height > 0 });
  };
  const sight = new IntersectionObserver((entries) => {
    inSight = entries.at(-1)!.isIntersecting;
    look();
  });
  const size = new ResizeObserver(look);
  sight.observe(element);
  size.observe(element);
  element.addEventListener('resize', look); // the picture's own size
  document.addEventListener('visibilitychange', look);
  look();
  return () => {
    sight.disconnect();
    size.disconnect();
    element.removeEventListener('resize', look);
    document.removeEventListener('visibilitychange', look);
  };
}

// A picture that covers the element is larger than it, one that is contained in it smaller.
function sizeOf(video: HTMLVideoElement): { width: number; height: number } {
  const { clientWidth, clientHeight } = video;
  const width = video.videoWidth || 16;
  const height = video.videoHeight || 9;
  const fit = getComputedStyle(video).objectFit === 'cover' ? Math.max : Math.min;
  const scale = fit(clientWidth / width, clientHeight / height) * devicePixelRatio;
  return { width: width * scale, height: height * scale };
}
