import { type Distribution, rangeText } from '../report/distributions.js';
import { figure, type Html } from './html.js';
import type { Plotter } from './plotter.js';

/** The maximum number of labels on the axis. */
const MOST_LABELS = 5;

/** A distribution as bars, with its range as text. */
export function distributionPlot({ plot, draw }: Plotter, distribution: Distribution): Html {
  const { what, kind, parts, labels, low, high } = distribution;
  const bars = parts.map((count, part) => ({ part, count }));
  const edge = (part: number) => {
    const value = low + ((high - low) * part) / parts.length;
    return kind === 'dates' ? new Date(1000 * value) : value;
  };
  const every = Math.ceil(parts.length / MOST_LABELS);
  const style = { fill: 'var(--series-0)', inset: 0.5 };
  const words = rangeText(distribution);
  const drawing = draw(`${what}: ${words}`, {
    height: 200,
    marginLeft: 48,
    marginBottom: 36,
    y: { label: null, grid: true, nice: true, ticks: 4, tickFormat: '~s' },
    x: labels
      ? {
          label: null,
          type: 'band',
          tickSize: 0,
          tickFormat: (part) => (part % every === 0 ? (labels[part] ?? '') : ''),
        }
      : { label: null, ticks: 4, ...(kind === 'dates' && { type: 'utc' }) },
    marks: [
      labels
        ? plot.barY(bars, { x: 'part', y: 'count', ...style })
        : plot.rectY(bars, { x1: ({ part }) => edge(part), x2: ({ part }) => edge(part + 1), y: 'count', ...style }),
    ],
  });
  return figure(what, drawing, words);
}
