import { HELD_OUT, TAIL } from '../evaluation/list-shapes.js';
import type { Html } from './html.js';
import type { Plotter } from './plotter.js';

/** A number of an algorithm or of another series, with the ends of its interval where it has one. */
export interface Point {
  series: string;
  value: number;
  low?: number | undefined;
  high?: number | undefined;
}

/** Colours of the page's style sheet: --series-0 and so on for algorithms, in their order. */
const COLOURS = 8;

/** A colour for each series, the same in all plots. */
export function coloursOf(algorithms: readonly string[]): Map<string, string> {
  const colours = algorithms.map((name, at) => [name, `var(--series-${at % COLOURS})`] as const);
  return new Map([[HELD_OUT, 'var(--people)'], ...colours]);
}

/** Options of an axis that begins at 0, of the lines of intervals, and of an axis of shares. */
const FROM_ZERO = { label: null, zero: true, nice: true, ticks: 4, grid: true } as const;
const INTERVAL = { x1: 'low', x2: 'high', stroke: 'series' } as const;
const PERCENT = { tickFormat: (share: number) => `${Number((100 * share).toPrecision(3))} %` };

/** The plots of an evaluation. @param colours by series. */
export function evaluationPlots({ plot, draw }: Plotter, colours: ReadonlyMap<string, string>) {
  const color = { domain: [...colours.keys()], range: [...colours.values()] };
  const shorter = (label: string) => (label.length > 22 ? `${label.slice(0, 21)}…` : label);
  /** Names on the left, from the top down, with room for the longest. */
  const named = (names: readonly string[]) => ({
    marginLeft: Math.min(150, 14 + 6.5 * Math.max(...names.map((name) => shorter(name).length))),
    y: { label: null, type: 'band', domain: names, tickFormat: shorter, tickSize: 0 } as const,
  });
  const square = { color, height: 240, marginLeft: 44, marginBottom: 44 };

  return {
    /** A dot for each series, on its interval. */
    values: (label: string, points: readonly Point[]): Html =>
      draw(label, {
        ...named(points.map((point) => point.series)),
        color,
        height: 56 + 26 * points.length,
        marginRight: 44,
        x: FROM_ZERO,
        marks: [
          plot.ruleY(points, { ...INTERVAL, y: 'series', strokeWidth: 3, strokeOpacity: 0.5 }),
          plot.dot(points, { y: 'series', x: 'value', fill: 'series', r: 5 }),
          plot.text(points, {
            y: 'series',
            x: (point: Point) => point.high ?? point.value,
            text: (point: Point) => point.value.toFixed(4),
            textAnchor: 'start',
            dx: 9,
          }),
        ],
      }),

    /** The same for several groups, one under the other. */
    valuesByGroup: (label: string, points: readonly (Point & { group: string })[]): Html => {
      const groups = [...new Set(points.map(({ group }) => group))];
      return draw(label, {
        ...named(groups),
        color,
        height: 56 + 30 * groups.length,
        x: FROM_ZERO,
        marks: [
          plot.ruleY(points, { ...INTERVAL, y: 'group', strokeWidth: 2, strokeOpacity: 0.4 }),
          plot.dot(points, { y: 'group', x: 'value', fill: 'series', r: 4.5, fillOpacity: 0.9 }),
        ],
      });
    },

    /** How much is found, against how much of the catalogue is recommended. */
    accuracyByCoverage: (
      label: string,
      points: readonly { series: string; coverage: number; recall: number }[],
    ): Html => {
      const middle = Math.max(0, ...points.map(({ coverage }) => coverage)) / 2;
      return draw(label, {
        color,
        height: 240,
        marginLeft: 48,
        marginRight: 24,
        x: { ...FROM_ZERO, ...PERCENT, label: 'share of the catalogue that is recommended' },
        y: { ...FROM_ZERO, label: 'recall' },
        marks: [
          plot.dot(points, { x: 'coverage', y: 'recall', fill: 'series', r: 6 }),
          ...(['start', 'end'] as const).map((textAnchor) =>
            plot.text(points, {
              filter: ({ coverage }) => coverage > middle === (textAnchor === 'end'),
              x: 'coverage',
              y: 'recall',
              text: ({ series }) => shorter(series),
              dx: textAnchor === 'end' ? -10 : 10,
              textAnchor,
            }),
          ),
        ],
      });
    },

    /** The shares of items by popularity, from items that nobody had. */
    byPopularity: (label: string, parts: readonly string[], shares: readonly (Point & { part: number })[]): Html =>
      draw(label, {
        ...square,
        x: {
          label: 'users who had the item',
          domain: [0, parts.length - 1],
          ticks: parts.map((_, part) => part).filter((part) => part % Math.ceil(parts.length / 5) === 0),
          tickFormat: (part: number) => parts[part] ?? '',
        },
        y: { ...FROM_ZERO, ...PERCENT },
        marks: [
          plot.line(shares, { x: 'part', y: 'value', stroke: 'series', strokeWidth: 2, curve: 'monotone-x' }),
          plot.dot(shares, { x: 'part', y: 'value', fill: 'series', r: 3 }),
        ],
      }),

    /** The share of all entries that the most frequent items get. */
    tail: (label: string, tails: readonly { series: string; tail: Float64Array }[]): Html => {
      const points = tails.flatMap(({ series, tail }) =>
        Array.from(tail, (value, at) => ({ series, value, items: TAIL[at] ?? 1 })),
      );
      return draw(label, {
        ...square,
        x: { label: 'share of the catalogue', type: 'log', ticks: [0.001, 0.01, 0.1, 1], ...PERCENT },
        y: { label: null, domain: [0, 1], ticks: 4, grid: true, ...PERCENT },
        marks: [plot.line(points, { x: 'items', y: 'value', stroke: 'series', strokeWidth: 2 })],
      });
    },
  };
}
