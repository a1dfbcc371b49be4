/*
 * The cost of an array job, stage by stage, as the data grows and as it is cut into more shards. `npm run bench:scale`
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measuredRun } from './measure.js';
import { type Size, writeRatings } from './ratings.js';

const PROGRAM = fileURLToPath(new URL('../../bin/recommend.js', import.meta.url));
const SEED = 42;
const DOUBLINGS = 5;
/** How many of the six sizes are fitted: with the smallest, the start of the program dominates. */
const FITTED = 4;
const MB = 2 ** 20;

/** Each axis is doubled while the others stay, except that more users also have more interactions. */
const AXES: Readonly<Record<string, (factor: number) => Omit<Size, 'name'>>> = {
  users: (factor) => ({ users: 16_000 * factor, items: 4_000, rows: 400_000 * factor }),
  items: (factor) => ({ users: 64_000, items: 4_000 * factor, rows: 1_600_000 }),
  interactions: (factor) => ({ users: 32_000, items: 8_000, rows: 800_000 * factor }),
};
/** The limit of bytes per user, item or interaction, with some room above the figures in docs/scale.md. A user has 25 interactions. */
const MOST: Readonly<Record<string, Readonly<Record<Exclude<Stage, 'merge'>, number>>>> = {
  users: { plan: 1200, count: 700, learn: 700, score: 450 },
  items: { plan: 400, count: 800, learn: 1700, score: 1700 },
  interactions: { plan: 40, count: 26, learn: 4, score: 15 },
};

/** The data that is cut into shards, small and large: a shard has a fixed cost, and one that grows with the data that it reads. */
const CUT = [
  { users: 32_000, items: 8_000, rows: 800_000 },
  { users: 32_000, items: 8_000, rows: 12_800_000 },
];

const STAGES = ['plan', 'count', 'learn', 'score', 'merge'] as const;
type Stage = (typeof STAGES)[number];

/** The cost of a stage: CPU seconds of all its shards together, and of the most expensive one. */
interface Cost {
  cpu: number;
  most: number;
  /** The most memory of a shard with its children; pages that they share count once. */
  memory: number;
}

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: 'users,items,interactions,shards,workers' },
    algorithm: { type: 'string', default: 'ridge' },
    folder: { type: 'string', default: join(tmpdir(), 'recommend-bench') },
  },
});
const parts = options.only.split(',');
const WORK = join(options.folder, 'work');

mkdirSync(options.folder, { recursive: true });
for (const axis of parts.filter((part) => part in AXES)) await along(axis);
for (const size of CUT) {
  const of = `of ${size.rows / 1e6} M interactions`;
  if (parts.includes('shards')) await cut(`shards ${of}`, [1, 2, 4, 8, 16], (count) => run(size, count, 1));
  if (parts.includes('workers')) await cut(`workers ${of}`, [1, 2, 4], (count) => run(size, 1, count));
}
rmSync(WORK, { recursive: true, force: true });

/** Measures costs along an axis, the powers by which they grow, and the bytes per user, item or interaction. */
async function along(axis: string): Promise<void> {
  const sizes: number[] = [];
  const costs: Record<Stage, Cost>[] = [];
  const files: Record<string, number>[] = [];
  heading(axis);
  for (let doubling = 0; doubling <= DOUBLINGS; doubling++) {
    const size = AXES[axis]!(2 ** doubling);
    const cost = await run(size, 1, 1);
    sizes.push(axis === 'users' ? size.users : axis === 'items' ? size.items : size.rows);
    costs.push(cost);
    files.push(folderBytes());
    row(sizes.at(-1)!.toLocaleString('en'), (stage) => `${cost[stage].cpu.toFixed(1)} s ${mb(cost[stage].memory)}`);
  }
  const tail = (values: readonly number[]) => values.slice(-FITTED);
  const of = (stage: Stage, what: keyof Cost) => tail(costs.map((cost) => cost[stage][what]));
  row('power of CPU seconds', (stage) => slope(tail(sizes).map(Math.log), of(stage, 'cpu').map(Math.log)).toFixed(2));
  row('bytes of memory each', (stage) => slope(tail(sizes), of(stage, 'memory')).toFixed(0));
  for (const [stage, most] of Object.entries(MOST[axis]!) as [Stage, number][]) {
    if (slope(tail(sizes), of(stage, 'memory')) <= most) continue;
    process.stdout.write(`${stage} takes more than ${most} bytes for one more of the ${axis}\n`);
    process.exitCode = 1;
  }
  const bytes = Object.keys(files[0]!).map(
    (kind) => `${kind} ${slope(tail(sizes), tail(files.map((each) => each[kind]!))).toFixed(1)}`,
  );
  process.stdout.write(`bytes of the folder each: ${bytes.join(', ')}\n`);
}

/** Measures the costs of the same data in more shards, or with more workers. */
async function cut(what: string, counts: readonly number[], cost: (count: number) => Promise<Record<Stage, Cost>>) {
  heading(what);
  const costs: Record<Stage, Cost>[] = [];
  for (const count of counts) {
    const each = await cost(count);
    costs.push(each);
    row(
      String(count),
      (stage) => `${each[stage].cpu.toFixed(1)} (${each[stage].most.toFixed(1)}) ${mb(each[stage].memory)}`,
    );
  }
  row('CPU seconds one more takes', (stage) =>
    slope(
      counts,
      costs.map((each) => each[stage].cpu),
    ).toFixed(2),
  );
}

/** Plans, makes all shards one after the other, and merges. */
async function run(size: Omit<Size, 'name'>, shards: number, workers: number): Promise<Record<Stage, Cost>> {
  const path = join(options.folder, `${size.users}-${size.items}-${size.rows}-${SEED}.csv`);
  if (!existsSync(path)) writeRatings(path, { name: '', ...size }, SEED);
  rmSync(WORK, { recursive: true, force: true });
  const working = ['-j', String(workers)];
  const shard = (number: number) => ['--shard', `${number}/${shards}`, ...working];
  const commands: Readonly<Record<Stage, (number: number) => string[]>> = {
    plan: () => ['plan', '-u', path, '--algorithm', options.algorithm, '--shards', String(shards), ...working],
    count: (number) => ['fit', '--stage', 'count', ...shard(number)],
    learn: (number) => ['fit', '--stage', 'learn', ...shard(number)],
    score: (number) => ['score', ...shard(number)],
    merge: () => ['merge', '-o', join(options.folder, 'recs.csv')],
  };
  const cost = {} as Record<Stage, Cost>;
  for (const stage of STAGES) {
    const total: Cost = { cpu: 0, most: 0, memory: 0 };
    const isArray = stage !== 'plan' && stage !== 'merge';
    for (let number = 1; number <= (isArray ? shards : 1); number++) {
      const { cpu, memory } = await costOf(commands[stage](number));
      total.cpu += cpu;
      total.most = Math.max(total.most, cpu);
      total.memory = Math.max(total.memory, memory);
    }
    cost[stage] = total;
  }
  return cost;
}

/** Runs a command and measures it. */
async function costOf(command: readonly string[]): Promise<Pick<Cost, 'cpu' | 'memory'>> {
  const summary = join(options.folder, 'summary.json');
  const { cpu } = await measuredRun(process.execPath, [PROGRAM, ...command, '--work', WORK, '--summary', summary]);
  return { cpu, memory: JSON.parse(readFileSync(summary, 'utf8')).peak_memory_bytes };
}

/** The bytes of the folder, by kind of file. */
function folderBytes(): Record<string, number> {
  const bytes: Record<string, number> = {};
  for (const name of readdirSync(WORK)) {
    const kind = name.split('-')[0]!;
    bytes[kind] = (bytes[kind] ?? 0) + statSync(join(WORK, name)).size;
  }
  return bytes;
}

/** The slope of the straight line through points, by least squares. */
function slope(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  return mean(x.map((each, k) => (each - mx) * (y[k]! - my))) / mean(x.map((each) => (each - mx) ** 2));
}

function heading(what: string): void {
  process.stdout.write('\n');
  row(what, (stage) => stage);
}

function row(name: string, cell: (stage: Stage) => string): void {
  const cells = STAGES.map(cell);
  process.stdout.write(`${[name.padEnd(30), ...cells.map((each) => each.padStart(20))].join('')}\n`);
}

function mb(bytes: number): string {
  return `${(bytes / MB).toFixed(0)} MB`.padStart(7);
}
