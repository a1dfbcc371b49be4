import { type Distribution, doublingLabel, rangeText } from '../report/distributions.js';
import { figure, type Html } from './html.js';
import type { Plotter } from './plotter.js';

/** A distribution as bars, with its range in words. @param title what it is about. */
export function distributionPlot({ plot, draw }: Plotter, title: string, distribution: Distribution): Html {
  const { kind, parts, low, high } = distribution;
  const bars = parts.map((count, part) => ({ part, count }));
  const edge = (part: number) => low + ((high - low) * part) / parts.length;
  const seconds = (value: number) => new Date(1000 * value);
  const words = rangeText(distribution);
  const common = {
    height: 200,
    marginLeft: 48,
    marginBottom: 36,
    y: { label: null, grid: true, nice: true, ticks: 4, tickFormat: '~s' },
  } as const;
  const style = { fill: 'var(--series-0)', inset: 0.5 };
  const label = `${title}: ${words}`;
  // One value alone is no range.
  if (kind === 'counts' || low === high) {
    const labels = bars.map(({ part }) => (kind === 'counts' ? doublingLabel(part) : String(low)));
    const shown = Math.ceil(parts.length / 4);
    const drawing = draw(label, {
      ...common,
      x: {
        label: null,
        type: 'band',
        tickSize: 0,
        tickFormat: (part: number) => (part % shown === 0 ? (labels[part] ?? '') : ''),
      },
      marks: [plot.barY(kind === 'counts' ? bars : bars.slice(0, 1), { x: 'part', y: 'count', ...style })],
    });
    return figure(title, drawing, words);
  }
  const at = (part: number) => (kind === 'dates' ? seconds(edge(part)) : edge(part));
  const drawing = draw(label, {
    ...common,
    x: { label: null, ticks: 4, ...(kind === 'dates' && { type: 'utc' }) },
    marks: [
      plot.rectY(bars, {
        x1: (bar: { part: number }) => at(bar.part),
        x2: (bar: { part: number }) => at(bar.part + 1),
        y: 'count',
        ...style,
      }),
    ],
  });
  return figure(title, drawing, words);
}
