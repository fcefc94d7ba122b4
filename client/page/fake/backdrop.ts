// The rooms behind painted people, out of focus as behind a good camera. Painted once, in a canvas of their own.

import type { Persona } from './persona.ts';

type Brush = CanvasRenderingContext2D;

/** Paints what is behind a person; the caller keeps it. */
export function paintBackdrop({ wall, room }: Persona, width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const brush = canvas.getContext('2d') as Brush;
  const light = brush.createLinearGradient(0, 0, width, height);
  light.addColorStop(0, wall[0]);
  light.addColorStop(1, wall[1]);
  brush.fillStyle = light;
  brush.fillRect(0, 0, width, height);
  brush.filter = `blur(${height / 45}px)`;
  brush.scale(width / 16, height / 9); // from here on the picture is 16 wide and 9 high
  FURNISH[room](brush);
  brush.filter = 'none';
  vignette(brush);
  return canvas;
}

const FURNISH = { window: paintWindow, shelf: paintShelf, plant: paintPlant, plain: paintFrame };

function paintWindow(brush: Brush): void {
  brush.fillStyle = '#f6f4ea';
  brush.fillRect(10.2, 0.6, 4.8, 5.2);
  const sky = brush.createLinearGradient(0, 0.6, 0, 5.8);
  sky.addColorStop(0, '#bcd9ec');
  sky.addColorStop(1, '#eaf2e6');
  brush.fillStyle = sky;
  for (const x of [10.5, 12.75]) {
    brush.fillRect(x, 0.9, 1.95, 4.6);
  }
  brush.fillStyle = '#8fb08a';
  brush.beginPath();
  brush.ellipse(11.6, 5.4, 1.6, 1, 0, Math.PI, 2 * Math.PI);
  brush.fill();
  brush.fillStyle = 'rgb(255 255 255 / 35%)';
  brush.fillRect(9.4, 0, 0.7, 9);
}

function paintShelf(brush: Brush): void {
  const books = ['#8c4a3a', '#d8b25e', '#3d5a6c', '#6f7f5c', '#b9a58c', '#5d4a66', '#c7774f'];
  for (const [row, y] of [1.2, 3.7, 6.2].entries()) {
    brush.fillStyle = '#7b5d43';
    brush.fillRect(0.4, y + 1.7, 5.2, 0.22);
    for (let book = 0; book < 9; book++) {
      const high = 1.1 + ((book * 7 + row * 3) % 5) * 0.12;
      brush.fillStyle = books[(book * 3 + row * 2) % books.length] as string;
      brush.fillRect(0.6 + book * 0.52, y + 1.7 - high, 0.4, high);
    }
  }
  brush.fillStyle = 'rgb(255 236 200 / 55%)';
  brush.beginPath();
  brush.arc(13.6, 1.8, 1.5, 0, 2 * Math.PI);
  brush.fill();
}

function paintPlant(brush: Brush): void {
  for (let leaf = 0; leaf < 9; leaf++) {
    brush.save();
    brush.translate(13.2, 6.4);
    brush.rotate(-1.35 + leaf * 0.34);
    brush.fillStyle = leaf % 2 ? '#4f7a55' : '#6d9a68';
    brush.beginPath();
    brush.ellipse(0, -2.1, 0.52, 2, 0, 0, 2 * Math.PI);
    brush.fill();
    brush.restore();
  }
  brush.fillStyle = '#b5765a';
  brush.fillRect(12.4, 6.2, 1.7, 2);
  brush.fillStyle = 'rgb(255 255 255 / 22%)';
  brush.fillRect(0, 0, 4, 9);
}

function paintFrame(brush: Brush): void {
  brush.fillStyle = '#f1ece2';
  brush.fillRect(1.4, 1.2, 3, 3.8);
  brush.fillStyle = '#c58a6a';
  brush.beginPath();
  brush.arc(2.9, 3.3, 0.8, 0, 2 * Math.PI);
  brush.fill();
  brush.fillStyle = '#57707c';
  brush.fillRect(1.8, 3.6, 2.2, 0.9);
}

function vignette(brush: Brush): void {
  const shade = brush.createRadialGradient(8, 4, 3, 8, 4.5, 10);
  shade.addColorStop(0, 'rgb(20 16 12 / 0%)');
  shade.addColorStop(1, 'rgb(20 16 12 / 38%)');
  brush.fillStyle = shade;
  brush.fillRect(0, 0, 16, 9);
}
