// A screen that somebody shares: a slide with a chart, painted.

const INK = '#22303a';
const SOFT = '#6b7a84';
const COLOURS = ['#2f7d74', '#e0a13c', '#4a6fa5'];
const VALUES = [
  [38, 22, 18],
  [44, 27, 21],
  [52, 30, 26],
  [61, 38, 29],
];
const POINTS = ['Rain water feeds the beds first', 'The pump runs two hours less a day', 'Paths stay dry after a storm'];

/** A painted screen of 1280 by 720; `stop` ends its track. */
export function paintedScreen(rate = 2): { track: MediaStreamTrack; stop(): void } {
  const canvas = Object.assign(document.createElement('canvas'), { width: 1280, height: 720 });
  const brush = canvas.getContext('2d') as CanvasRenderingContext2D;
  paintSlide(brush);
  const track = canvas.captureStream(rate).getVideoTracks()[0] as MediaStreamTrack;
  const timer = setInterval(() => paintSlide(brush), 1_000 / rate);
  return {
    track,
    stop: () => {
      clearInterval(timer);
      track.stop();
    },
  };
}

function paintSlide(brush: CanvasRenderingContext2D): void {
  brush.fillStyle = '#fbfaf6';
  brush.fillRect(0, 0, 1280, 720);
  brush.fillStyle = COLOURS[0] as string;
  brush.fillRect(72, 76, 56, 8);
  write(brush, 'Courtyard garden: water we save', 72, 140, '600 46px system-ui, sans-serif', INK);
  write(brush, 'Cubic metres in each quarter', 72, 184, '24px system-ui, sans-serif', SOFT);
  paintChart(brush);
  for (const [index, point] of POINTS.entries()) {
    const y = 300 + index * 92;
    brush.fillStyle = COLOURS[index] as string;
    brush.beginPath();
    brush.arc(790, y - 8, 9, 0, 2 * Math.PI);
    brush.fill();
    write(brush, point, 816, y, '23px system-ui, sans-serif', INK);
  }
  write(brush, '4 / 12', 1150, 676, '20px system-ui, sans-serif', SOFT);
}

function paintChart(brush: CanvasRenderingContext2D): void {
  for (let line = 0; line < 5; line++) {
    brush.fillStyle = '#e4e1d8';
    brush.fillRect(72, 252 + line * 82, 640, 1.5);
  }
  for (const [quarter, values] of VALUES.entries()) {
    for (const [index, value] of values.entries()) {
      brush.fillStyle = COLOURS[index] as string;
      brush.beginPath();
      brush.roundRect(104 + quarter * 156 + index * 36, 580 - value * 4.9, 30, value * 4.9, [6, 6, 0, 0]);
      brush.fill();
    }
    write(brush, `Q${quarter + 1}`, 144 + quarter * 156, 618, '22px system-ui, sans-serif', SOFT);
  }
}

function write(brush: CanvasRenderingContext2D, text: string, x: number, y: number, font: string, colour: string): void {
  brush.font = font;
  brush.fillStyle = colour;
  brush.fillText(text, x, y);
}
