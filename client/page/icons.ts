// All icons of the page: each one path in a square of 24, drawn with a round pen of 1.75.

const PATHS = {
  microphone: 'M9 6a3 3 0 0 1 6 0v6a3 3 0 0 1-6 0zM5.5 11.5V12a6.5 6.5 0 0 0 13 0v-.5M12 18.5V21',
  'microphone-off':
    'M9 9v3a3 3 0 0 0 4.6 2.5M15 11V6a3 3 0 0 0-5.8-1M5.5 11.5V12a6.5 6.5 0 0 0 10.7 5M18.5 11.5V12c0 .7-.1 1.4-.3 2M12 18.5V21M4 4l16 16',
  camera: 'M5 6.5h8A2.5 2.5 0 0 1 15.5 9v6a2.5 2.5 0 0 1-2.5 2.5H5A2.5 2.5 0 0 1 2.5 15V9A2.5 2.5 0 0 1 5 6.5zM15.5 11l4.7-2.9a.5.5 0 0 1 .8.4v7a.5.5 0 0 1-.8.4L15.5 13',
  'camera-off':
    'M9.5 6.5H13A2.5 2.5 0 0 1 15.5 9v3M15.5 15.5a2.5 2.5 0 0 1-2.5 2H5A2.5 2.5 0 0 1 2.5 15V9A2.5 2.5 0 0 1 4.8 6.5M15.5 11l4.7-2.9a.5.5 0 0 1 .8.4v7a.5.5 0 0 1-.5.5M4 4l16 16',
  screen: 'M5 4.5h14a2 2 0 0 1 2 2v8.5a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V6.5a2 2 0 0 1 2-2zM8.5 20.5h7M12 13.5v-5M9.5 10.7 12 8.2l2.5 2.5',
  hand: 'M8 12.5V6.2a1.4 1.4 0 0 1 2.8 0V11M10.8 11V4.4a1.4 1.4 0 0 1 2.8 0V11M13.6 11V5.4a1.4 1.4 0 0 1 2.8 0v6.1M16.4 11.5V8.2a1.4 1.4 0 0 1 2.8 0V14a7 7 0 0 1-7 7c-2.7 0-4.3-1.1-5.7-3.3L3.9 13.6a1.5 1.5 0 0 1 2.5-1.6L8 14.2',
  chat: 'M5.5 4.5h13a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H11l-4.5 3.7v-3.7h-1a2 2 0 0 1-2-2v-8a2 2 0 0 1 2-2zM8 9h8M8 12.3h5',
  people: 'M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 19.5a6.5 6.5 0 0 1 13 0M15.5 4.8a3.5 3.5 0 0 1 0 6.4M17.8 13.9a6.5 6.5 0 0 1 3.7 5.6',
  layout: 'M5.5 4.5h13a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2h-13a2 2 0 0 1-2-2v-11a2 2 0 0 1 2-2zM15 4.5v15M15 12h5.5',
  grid: 'M5 4.5h4.5a1 1 0 0 1 1 1V10a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5.5a1 1 0 0 1 1-1zM14.5 4.5H19a1 1 0 0 1 1 1V10a1 1 0 0 1-1 1h-4.5a1 1 0 0 1-1-1V5.5a1 1 0 0 1 1-1zM5 13.5h4.5a1 1 0 0 1 1 1V19a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1v-4.5a1 1 0 0 1 1-1zM14.5 13.5H19a1 1 0 0 1 1 1V19a1 1 0 0 1-1 1h-4.5a1 1 0 0 1-1-1v-4.5a1 1 0 0 1 1-1z',
  settings: 'M4 7h8M17 7h3M4 17h3M12 17h8M14.5 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM9.5 19.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z',
  more: 'M5.5 12a.5.5 0 1 1-1 0 .5.5 0 0 1 1 0zM12.5 12a.5.5 0 1 1-1 0 .5.5 0 0 1 1 0zM19.5 12a.5.5 0 1 1-1 0 .5.5 0 0 1 1 0z',
  leave: 'M3.3 14.8c4.8-5 12.6-5 17.4 0 .5.5.5 1.2 0 1.7l-1.3 1.2a1.3 1.3 0 0 1-1.6.2l-2.3-1.4a1.3 1.3 0 0 1-.6-1.1v-1.9a11 11 0 0 0-5.8 0v1.9c0 .5-.2.9-.6 1.1l-2.3 1.4a1.3 1.3 0 0 1-1.6-.2l-1.3-1.2c-.5-.5-.5-1.2 0-1.7z',
  link: 'M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7l-1.4 1.4M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7l1.4-1.4',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  close: 'm6 6 12 12M18 6 6 18',
  send: 'M4.5 4.5 20.5 12l-16 7.5L7 12zM7 12h6',
  pin: 'M9 3.5h6M10 3.5v6l-3.5 4V15h11v-1.5l-3.5-4v-6M12 15v5.5',
  star: 'm12 3.8 2.5 5.3 5.8.8-4.2 4 1 5.8-5.1-2.8-5.1 2.8 1-5.8-4.2-4 5.8-.8z',
  lock: 'M6.5 11h11a1.5 1.5 0 0 1 1.5 1.5v6a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 5 18.5v-6A1.5 1.5 0 0 1 6.5 11zM8 11V8a4 4 0 0 1 8 0v3',
  door: 'M6 20.5v-15a2 2 0 0 1 2-2h8a2 2 0 0 1 2 2v15M3.5 20.5h17M14.5 12v.01',
  speaker: 'M4 9.5h3.5L12 5.5v13l-4.5-4H4zM15.5 9a4 4 0 0 1 0 6M18 6.5a7.5 7.5 0 0 1 0 11',
  keyboard: 'M4.5 6h15a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-15a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2zM6.5 10h.01M10.2 10h.01M13.8 10h.01M17.5 10h.01M8 14h8',
  statistics: 'M4 20h16M6.5 16.5v-4M12 16.5v-9M17.5 16.5V4.5',
  chevron: 'm7 10 5 5 5-5',
  auto: 'M12 3.5l1.8 5.2 5.2 1.8-5.2 1.8-1.8 5.2-1.8-5.2L5 10.5l5.2-1.8zM18.5 16.5l.8 2.2 2.2.8-2.2.8-.8 2.2-.8-2.2-2.2-.8 2.2-.8z',
  fullscreen: 'M4 9V5.5A1.5 1.5 0 0 1 5.5 4H9M15 4h3.5A1.5 1.5 0 0 1 20 5.5V9M20 15v3.5a1.5 1.5 0 0 1-1.5 1.5H15M9 20H5.5A1.5 1.5 0 0 1 4 18.5V15',
  theme: 'M12 3.5a8.5 8.5 0 1 0 0 17zM12 3.5a8.5 8.5 0 0 1 0 17M12 7l6 2.5M12 11.5h8M12 16l6-1',
  warning: 'M12 4.5 21 19.5H3zM12 10.5v4M12 17v.01',
} as const;

/** The name of an icon. */
export type IconName = keyof typeof PATHS;

const SVG = 'http://www.w3.org/2000/svg';

/** Draws an icon; what it means has to be said in words beside it. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}

/** Draws another icon in the place of the one that a button has. */
export function changeIcon(holder: Element, name: IconName): void {
  holder.querySelector('.icon path')?.setAttribute('d', PATHS[name]);
}
