const HEIGHTS = '▁▂▃▄▅▆▇█';
const WIDTHS = ' ▏▎▍▌▋▊▉█';

/** Counts as a row of bars, one character each: a blank for 0, the tallest bar for the largest count. */
export function bars(counts: readonly number[]): string {
  const most = Math.max(...counts) || 1;
  return counts
    .map((count) => (count === 0 ? ' ' : (HEIGHTS[Math.ceil((HEIGHTS.length * count) / most) - 1] ?? ' ')))
    .join('');
}

/** A share in [0, 1] as a horizontal bar, in eighths of a character. @param width of the share 1, in characters. */
export function horizontalBar(share: number, width: number): string {
  const eighths = Math.round(8 * width * share);
  return `${'█'.repeat(eighths >> 3)}${WIDTHS[eighths & 7]}`.trimEnd();
}
