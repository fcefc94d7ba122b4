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

const STRIP = 0.25; // of the height or width, for those beside a pinned tile

/**
 * Finds how to show one tile large, with `others` in a strip below or beside it, whichever leaves it larger. Answers
 * {beside, large, width}: of the large tile, and of the others. The strip is two gaps away: style.css breaks the line with
 * an empty item.
 */
export function spotlight(others, box, gap, ratio) {
  if (others === 0) {
    return { beside: false, large: fit(1, box, gap, ratio).width, width: 0 };
  }
  const below = fit(others, { width: box.width, height: box.height * STRIP }, gap, ratio);
  const rows = Math.ceil(others / below.columns);
  const strip = rows * Math.ceil(below.width / ratio) + (rows - 1) * gap;
  const above = fit(1, { width: box.width, height: box.height - strip - 2 * gap }, gap, ratio);

  // A pixel less, as browsers round the height of the box: a tile too many for a column would begin another.
  const beside = fit(others, { width: box.width * STRIP, height: box.height - 1 }, gap, ratio);
  const column = beside.columns * beside.width + (beside.columns - 1) * gap;
  const left = fit(1, { width: box.width - column - 2 * gap, height: box.height }, gap, ratio);

  return left.width > above.width
    ? { beside: true, large: left.width, width: beside.width }
    : { beside: false, large: above.width, width: below.width };
}
