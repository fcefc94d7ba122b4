// Paints a person from the shoulders up. Lengths are those of the head: it is 2 high, its middle is the origin.

import { paintHairBefore, paintHairBehind } from './hair.ts';
import type { Persona } from './persona.ts';

type Brush = CanvasRenderingContext2D;

/** What moves: seconds since the beginning, and whether the person talks. */
export interface Pose {
  readonly time: number;
  readonly talking: boolean;
}

/** Paints a person over the backdrop that is there. */
export function paintPortrait(brush: Brush, persona: Persona, { time, talking }: Pose, width: number, height: number): void {
  const phase = persona.lean * 60;
  const sway = Math.sin(time * 0.7 + phase) * 0.02;
  const nod = Math.sin(time * (talking ? 2.3 : 0.9) + phase) * (talking ? 0.035 : 0.012);
  const unit = height * persona.size * 0.78;
  brush.save();
  brush.translate(width * (0.5 + persona.lean * 0.5), height * 0.47);
  brush.scale(unit, unit);
  brush.lineCap = brush.lineJoin = 'round';
  brush.translate(sway, 0);
  paintHairBehind(brush, persona);
  paintBody(brush, persona);
  brush.translate(sway, nod);
  brush.rotate(sway * 0.8);
  paintHead(brush, persona);
  paintFace(brush, persona, blinks(time + phase), talking ? 0.5 + 0.5 * Math.sin(time * 9) : 0);
  paintHairBefore(brush, persona);
  if (persona.glasses) {
    paintGlasses(brush);
  }
  brush.restore();
}

const blinks = (time: number): boolean => time % 4.1 > 3.97;

/** `colour` made darker (share below 0) or lighter (above), by mixing with black or white. */
export function shade(colour: string, share: number): string {
  return `color-mix(in srgb, ${colour}, ${share < 0 ? 'black' : 'white'} ${Math.abs(share) * 100}%)`;
}

/** Fills an ellipse. */
export function oval(brush: Brush, fill: string | CanvasGradient, x: number, y: number, rx: number, ry: number): void {
  brush.fillStyle = fill;
  brush.beginPath();
  brush.ellipse(x, y, rx, ry, 0, 0, 2 * Math.PI);
  brush.fill();
}

function paintBody(brush: Brush, { clothes, neckline, skin }: Persona): void {
  const cloth = brush.createLinearGradient(-1.6, 1.2, 1.8, 3.2);
  cloth.addColorStop(0, shade(clothes, 0.14));
  cloth.addColorStop(1, shade(clothes, -0.28));
  brush.fillStyle = cloth;
  brush.beginPath();
  brush.moveTo(-2.2, 4.4);
  brush.bezierCurveTo(-2.25, 2.3, -1.75, 1.75, -0.62, 1.42);
  brush.lineTo(0.62, 1.42);
  brush.bezierCurveTo(1.75, 1.75, 2.25, 2.3, 2.2, 4.4);
  brush.fill();
  paintNeck(brush, skin, neckline);
  if (neckline === 'collar') {
    brush.fillStyle = shade(clothes, 0.3);
    for (const side of [-1, 1]) {
      brush.beginPath();
      brush.moveTo(side * 0.5, 1.26);
      brush.lineTo(side * 0.04, 1.86);
      brush.lineTo(side * 0.5, 2.12);
      brush.lineTo(side * 0.74, 1.44);
      brush.fill();
    }
  }
}

function paintNeck(brush: Brush, skin: string, neckline: Persona['neckline']): void {
  const depth = { crew: 1.62, collar: 1.9, vee: 2.05 }[neckline];
  brush.fillStyle = shade(skin, -0.13);
  brush.beginPath();
  brush.moveTo(-0.4, 0.55);
  brush.lineTo(-0.42, 1.3);
  brush.quadraticCurveTo(-0.5, 1.42, -0.62, 1.43);
  brush.quadraticCurveTo(neckline === 'crew' ? -0.3 : -0.2, depth, 0, depth);
  brush.quadraticCurveTo(neckline === 'crew' ? 0.3 : 0.2, depth, 0.62, 1.43);
  brush.quadraticCurveTo(0.5, 1.42, 0.42, 1.3);
  brush.lineTo(0.4, 0.55);
  brush.fill();
  oval(brush, 'rgb(60 25 10 / 17%)', 0, 0.9, 0.46, 0.3); // the chin's shadow
}

function paintHead(brush: Brush, { skin, style }: Persona): void {
  if (style !== 'scarf') {
    for (const side of [-1, 1]) {
      oval(brush, shade(skin, -0.1), side * 0.78, 0.08, 0.13, 0.22);
    }
  }
  const light = brush.createRadialGradient(-0.25, -0.25, 0.1, 0, 0.1, 1.3);
  light.addColorStop(0, shade(skin, 0.1));
  light.addColorStop(0.6, skin);
  light.addColorStop(1, shade(skin, -0.17));
  brush.fillStyle = light;
  brush.beginPath();
  brush.moveTo(-0.79, -0.15);
  brush.bezierCurveTo(-0.8, -1.3, 0.8, -1.3, 0.79, -0.15);
  brush.bezierCurveTo(0.79, 0.55, 0.5, 1.04, 0, 1.06);
  brush.bezierCurveTo(-0.5, 1.04, -0.79, 0.55, -0.79, -0.15);
  brush.fill();
}

function paintFace(brush: Brush, persona: Persona, blink: boolean, open: number): void {
  const { skin, hair, beard } = persona;
  if (beard) {
    paintBeard(brush, shade(hair, 0.06));
  }
  for (const side of [-1, 1]) {
    oval(brush, 'rgb(225 90 70 / 11%)', side * 0.45, 0.34, 0.2, 0.14);
    paintEye(brush, side, skin, hair, blink);
  }
  brush.strokeStyle = shade(skin, -0.24);
  brush.lineWidth = 0.05;
  brush.beginPath();
  brush.moveTo(0.03, 0.08);
  brush.quadraticCurveTo(0.13, 0.34, -0.06, 0.36);
  brush.stroke();
  paintMouth(brush, skin, open);
}

function paintEye(brush: Brush, side: number, skin: string, hair: string, blink: boolean): void {
  const x = side * 0.32;
  if (!blink) {
    oval(brush, '#fbf8f4', x, 0.03, 0.125, 0.082);
    oval(brush, '#3a2a20', x, 0.03, 0.066, 0.07);
    oval(brush, '#ffffff', x - 0.025, 0.005, 0.018, 0.018);
  }
  brush.strokeStyle = blink ? shade(skin, -0.4) : shade(hair, -0.3);
  brush.lineWidth = 0.04;
  brush.beginPath();
  brush.ellipse(x, 0.04, 0.135, blink ? 0.02 : 0.1, 0, Math.PI, 2 * Math.PI);
  brush.stroke();
  brush.strokeStyle = shade(hair, 0.05);
  brush.lineWidth = 0.07;
  brush.beginPath();
  brush.moveTo(x - side * 0.14, -0.2);
  brush.quadraticCurveTo(x, -0.29, x + side * 0.17, -0.2);
  brush.stroke();
}

function paintMouth(brush: Brush, skin: string, open: number): void {
  const lip = `color-mix(in srgb, ${skin}, #9c3b3b 55%)`;
  brush.fillStyle = open > 0 ? '#5e2226' : '#fdf8f2';
  brush.strokeStyle = lip;
  brush.lineWidth = 0.055;
  brush.beginPath();
  brush.moveTo(-0.27, 0.58);
  brush.quadraticCurveTo(0, 0.66, 0.27, 0.58);
  brush.quadraticCurveTo(0, 0.8 + open * 0.16, -0.27, 0.58);
  brush.fill();
  brush.stroke();
}

function paintBeard(brush: Brush, colour: string): void {
  brush.fillStyle = colour;
  brush.beginPath();
  brush.moveTo(-0.78, 0.1);
  brush.bezierCurveTo(-0.8, 0.75, -0.5, 1.16, 0, 1.17);
  brush.bezierCurveTo(0.5, 1.16, 0.8, 0.75, 0.78, 0.1);
  brush.bezierCurveTo(0.66, 0.5, 0.5, 0.42, 0, 0.44);
  brush.bezierCurveTo(-0.5, 0.42, -0.66, 0.5, -0.78, 0.1);
  brush.fill();
}

function paintGlasses(brush: Brush): void {
  brush.strokeStyle = '#2b2622';
  brush.fillStyle = 'rgb(255 255 255 / 14%)';
  brush.lineWidth = 0.045;
  for (const side of [-1, 1]) {
    brush.beginPath();
    brush.roundRect(side * 0.33 - 0.23, -0.14, 0.46, 0.37, 0.15);
    brush.fill();
    brush.stroke();
  }
  brush.beginPath();
  brush.moveTo(-0.1, 0);
  brush.quadraticCurveTo(0, -0.05, 0.1, 0);
  brush.stroke();
}
