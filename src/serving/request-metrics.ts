import { type Family, familiesText } from '../report/metrics.js';

/** Upper ends of the histogram of seconds. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Counts requests as Prometheus wants them. */
export class RequestMetrics {
  readonly #requests = new Map<string, { route: string; status: number; count: number }>();
  /** By route: how many took at most each of `SECONDS`, how many there were, and the sum of their seconds. */
  readonly #seconds = new Map<string, { within: number[]; count: number; sum: number }>();

  /** @param route as it is declared: what clients make up must not make series. */
  add(route: string, status: number, seconds: number): void {
    const key = `${status} ${route}`;
    const requests = this.#requests.get(key) ?? { route, status, count: 0 };
    requests.count++;
    this.#requests.set(key, requests);
    const taken = this.#seconds.get(route) ?? { within: SECONDS.map(() => 0), count: 0, sum: 0 };
    taken.within = taken.within.map((count, at) => count + (seconds <= (SECONDS[at] ?? 0) ? 1 : 0));
    taken.count++;
    taken.sum += seconds;
    this.#seconds.set(route, taken);
  }

  /** @param gauges by their names without "recommend_": what they are, and their values now. */
  text(
    version: string,
    gauges: Readonly<Record<string, readonly [help: string, value: number]>>,
    retries: number,
  ): string {
    const histogram = [...this.#seconds].flatMap(([route, { within, count, sum }]): Family['samples'][number][] => [
      ...within.map((value, at): Family['samples'][number] => [{ route, le: String(SECONDS[at]) }, value, '_bucket']),
      [{ route, le: '+Inf' }, count, '_bucket'],
      [{ route }, sum, '_sum'],
      [{ route }, count, '_count'],
    ]);
    return familiesText([
      { name: 'recommend_build_info', help: 'The version of the program.', samples: [[{ version }, 1]] },
      {
        name: 'recommend_requests_total',
        help: 'Requests that were answered.',
        type: 'counter',
        samples: [...this.#requests.values()].map(({ route, status, count }) => [
          { route, status: String(status) },
          count,
        ]),
      },
      { name: 'recommend_request_seconds', help: 'How long they took.', type: 'histogram', samples: histogram },
      {
        name: 'recommend_request_retries_total',
        help: 'Requests that were given to another child, because theirs ended.',
        type: 'counter',
        samples: [[{}, retries]],
      },
      ...Object.entries(gauges).map(
        ([name, [help, value]]): Family => ({ name: `recommend_${name}`, help, samples: [[{}, value]] }),
      ),
    ]);
  }
}
