// Medians and spread, as a Markdown table.

const FIGURES = ['joins', 'least', '1st quartile', 'median', '3rd quartile', 'most'];

/** A table row: the names, then the figures of `values`. */
export function row(names, values) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.round(share * (sorted.length - 1))];
  return [...names, sorted.length, ...[0, 0.25, 0.5, 0.75, 1].map((share) => at(share).toFixed(0))];
}

export function table(names, rows) {
  const head = [...names, ...FIGURES];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
