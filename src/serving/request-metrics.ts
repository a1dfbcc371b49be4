import { type Family, familiesText, type Samples } from '../report/metrics.js';

/** Upper bounds of the buckets of the histogram, in seconds. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Counts and times requests, for Prometheus. */
export function requestMetrics() {
  const requests = new Map<string, { route: string; status: number; count: number }>();
  // By route: how many requests took at most each of `SECONDS`, how many there were, and the sum of their seconds.
  const secondsOf = new Map<string, { within: number[]; count: number; sum: number }>();
  return {
    /** @param route as it is declared, not as requested: paths that clients invent must not create series. */
    add(route: string, status: number, seconds: number): void {
      const key = `${status} ${route}`;
      const own = requests.get(key) ?? { route, status, count: 0 };
      own.count++;
      requests.set(key, own);
      const taken = secondsOf.get(route) ?? { within: SECONDS.map(() => 0), count: 0, sum: 0 };
      taken.within = taken.within.map((count, at) => count + (seconds <= (SECONDS[at] ?? 0) ? 1 : 0));
      taken.count++;
      taken.sum += seconds;
      secondsOf.set(route, taken);
    },

    /** @param gauges by their names without "recommend_": their help texts and current values. */
    text(version: string, gauges: Readonly<Record<string, readonly [help: string, value: number]>>, retries: number) {
      const counts = [...requests.values()].map(({ route, status, count }): Samples[number] => [
        { route, status: String(status) },
        count,
      ]);
      const histogram = [...secondsOf].flatMap(
        ([route, { within, count, sum }]): Samples => [
          ...within.map((value, at): Samples[number] => [{ route, le: String(SECONDS[at]) }, value, '_bucket']),
          [{ route, le: '+Inf' }, count, '_bucket'],
          [{ route }, sum, '_sum'],
          [{ route }, count, '_count'],
        ],
      );
      const retriesHelp = 'Requests that were given to another child because their child ended.';
      return familiesText([
        ['recommend_build_info', 'The version of the program.', [[{ version }, 1]]],
        ['recommend_requests_total', 'Requests that were answered.', counts, 'counter'],
        ['recommend_request_seconds', 'How long requests took.', histogram, 'histogram'],
        ['recommend_request_retries_total', retriesHelp, [[{}, retries]], 'counter'],
        ...Object.entries(gauges).map(([name, [help, value]]): Family => [`recommend_${name}`, help, [[{}, value]]]),
      ]);
    },
  };
}
