// The arithmetic of the grid, apart from the page so that it can be tested alone.

/**
 * Finds how to lay `count` tiles of one shape into a box so that they are as large as possible.
 * Lengths are CSS pixels; `ratio` is width divided by height. Answers {columns, width} of a tile.
 */
export function fit(count, box, gap, ratio) {
  let best = { columns: 1, width: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const wide = (box.width - gap * (columns - 1)) / columns;
    const high = ((box.height - gap * (rows - 1)) / rows) * ratio;
    const width = Math.floor(Math.min(wide, high));
    if (width > best.width) {
      best = { columns, width };
    }
  }
  return best;
}
