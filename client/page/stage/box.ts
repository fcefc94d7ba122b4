// Boxes and places on the stage. Lengths are CSS pixels throughout; x and y count from the stage's upper left corner.

/** A size. */
export interface Box {
  readonly width: number;
  readonly height: number;
}

/** A size at a place. */
export interface Rect extends Box {
  readonly x: number;
  readonly y: number;
}

/** The shapes a tile may take: limits of its width divided by its height. */
export interface Shape {
  readonly narrowest: number;
  readonly widest: number;
}

export const areaOf = ({ width, height }: Box): number => width * height;

/** The largest box of an allowed shape that fits into `space`, in whole pixels. */
export function fitShape(space: Box, { narrowest, widest }: Shape): Box {
  const { width, height } = space;
  if (width <= 0 || height <= 0) {
    return { width: 0, height: 0 };
  }
  return {
    width: Math.floor(Math.min(width, height * widest)),
    height: Math.floor(Math.min(height, width / narrowest)),
  };
}

/** Puts `box` into the middle of `space`. */
export function centre(box: Box, space: Rect): Rect {
  return {
    x: space.x + Math.floor((space.width - box.width) / 2),
    y: space.y + Math.floor((space.height - box.height) / 2),
    width: box.width,
    height: box.height,
  };
}
