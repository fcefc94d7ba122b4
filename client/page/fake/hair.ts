// The hair of painted people: what falls behind the head and the shoulders, and what lies before the face.

import type { Persona } from './persona.ts';
import { oval, shade } from './portrait.ts';

type Brush = CanvasRenderingContext2D;

/** Paints the hair that is behind the head. */
export function paintHairBehind(brush: Brush, { hair, style }: Persona): void {
  const dark = shade(hair, -0.22);
  switch (style) {
    case 'long':
      mane(brush, dark, 2.2, 1.02);
      break;
    case 'bob':
      mane(brush, dark, 0.98, 1.04);
      break;
    case 'bun':
      oval(brush, hair, 0.05, -1.28, 0.36, 0.33);
      oval(brush, dark, 0, -0.25, 0.87, 0.86);
      break;
    case 'curls':
      for (let curl = 0; curl < 17; curl++) {
        const angle = Math.PI * (0.86 + (curl / 16) * 1.28);
        oval(brush, curl % 2 ? hair : dark, Math.cos(angle) * 0.86, Math.sin(angle) * 0.95 - 0.1, 0.34, 0.33);
      }
      break;
    case 'scarf':
      mane(brush, shade(hair, 0.3), 1.75, 0.96);
      break;
    default:
  }
}

function mane(brush: Brush, colour: string, depth: number, wide: number): void {
  brush.fillStyle = colour;
  brush.beginPath();
  brush.moveTo(-wide, depth);
  brush.bezierCurveTo(-wide * 1.22, -0.3, -0.98, -1.34, 0, -1.34);
  brush.bezierCurveTo(0.98, -1.34, wide * 1.22, -0.3, wide, depth);
  brush.quadraticCurveTo(0, depth + 0.22, -wide, depth);
  brush.fill();
}

/** Paints the hair that is before the face. */
export function paintHairBefore(brush: Brush, { hair, style }: Persona): void {
  const light = brush.createLinearGradient(-0.8, -1.2, 0.8, 0);
  light.addColorStop(0, shade(hair, 0.16));
  light.addColorStop(1, shade(hair, -0.12));
  brush.fillStyle = light;
  if (style !== 'bald') {
    FRINGES[style](brush);
  }
}

const FRINGES: Record<Exclude<Persona['style'], 'bald'>, (brush: Brush) => void> = {
  short: (brush) => cap(brush, 0.86, -0.02, [-0.5, -0.52, 0.3, -0.78]),
  side: (brush) => cap(brush, 0.87, 0.02, [-0.1, -0.9, 0.35, -0.42]),
  bob: (brush) => cap(brush, 0.93, 0.5, [-0.3, -0.4, 0.3, -0.4]),
  long: (brush) => cap(brush, 0.92, 0.72, [-0.2, -1, 0.55, -0.6]),
  bun: (brush) => cap(brush, 0.84, -0.1, [-0.45, -0.86, 0.45, -0.86]),
  curls: curlyFringe,
  scarf: wrap,
};

// From ear to ear over the crown, and back along the hairline, which two points bend.
function cap(brush: Brush, wide: number, ear: number, [ax, ay, bx, by]: [number, number, number, number]): void {
  brush.beginPath();
  brush.moveTo(-wide, ear);
  brush.bezierCurveTo(-wide * 1.12, -1.5, wide * 1.12, -1.5, wide, ear);
  brush.quadraticCurveTo(0.76, -0.1, 0.7, -0.34);
  brush.bezierCurveTo(bx, by, ax, ay, -0.7, -0.34);
  brush.quadraticCurveTo(-0.76, -0.1, -wide, ear);
  brush.fill();
}

function curlyFringe(brush: Brush): void {
  for (let curl = 0; curl < 9; curl++) {
    const angle = Math.PI * (1.1 + (curl / 8) * 0.8);
    brush.beginPath();
    brush.ellipse(Math.cos(angle) * 0.66, Math.sin(angle) * 0.66 - 0.2, 0.25, 0.22, 0, 0, 2 * Math.PI);
    brush.fill();
  }
}

function wrap(brush: Brush): void {
  brush.beginPath();
  brush.ellipse(0, -0.02, 0.99, 1.24, 0, 0, 2 * Math.PI);
  brush.ellipse(0, 0.1, 0.68, 0.9, 0, 0, 2 * Math.PI);
  brush.fill('evenodd');
}
