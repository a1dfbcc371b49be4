import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compiledKernel, PLAIN_KERNEL } from '../src/kernels/kernel.js';
import { algorithmNamed } from '../src/model/algorithms.js';
import { BALANCES } from '../src/workers/balance.js';
import { measuredRun, spreadOf } from './measure.js';
import { observationsIn } from './observations.js';
import { SIZES, writeRatings } from './ratings.js';
import { ruleBenches } from './rules.js';
import { type StageSeconds, sharded } from './sharded.js';
import { skewedObservations } from './skewed.js';
import { stageBenches } from './stages.js';

/*
 * npm run bench -- [--sizes 1m,10m] [--only stages,rules,sharded,whole,peers,balance] [--repeat 5] [--algorithm cosine,ridge]
 *
 * Prints medians, with the least and the most. bench/README.md says what they mean, and what misleads.
 */

const SEED = 1;
/** The project's folder, relative to the built benches. */
const PROJECT = new URL('../../', import.meta.url);
const PROGRAM = fileURLToPath(new URL('bin/recommend.js', PROJECT));
const PEERS = fileURLToPath(new URL('bench/peers/', PROJECT));

const { values: options } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1m' },
    only: { type: 'string', default: 'stages,rules,sharded,whole,peers,balance' },
    repeat: { type: 'string', default: '5' },
    algorithm: { type: 'string', default: 'cosine,ridge' },
    workers: { type: 'string', default: '1,2' },
    folder: { type: 'string', default: join(tmpdir(), 'recommend-bench') },
  },
});
const repeat = Number(options.repeat);
const parts = options.only.split(',');

mkdirSync(options.folder, { recursive: true });
if (parts.includes('balance')) await balances();
for (const name of parts.some((part) => part !== 'balance') ? options.sizes.split(',') : []) {
  const size = SIZES.find((known) => known.name === name);
  if (!size) throw new Error(`there is no size "${name}": ${SIZES.map((known) => known.name).join(', ')}`);
  const path = join(options.folder, `${size.name}-${SEED}.csv`);
  if (!existsSync(path)) writeRatings(path, size, SEED);
  say(`\n${size.rows.toLocaleString('en')} rows, ${size.users} users, ${size.items} items`);
  if (parts.includes('stages')) stages(path);
  if (parts.includes('rules')) rules(path);
  if (parts.includes('sharded')) await inShards(path);
  if (parts.includes('whole')) await whole(path, size.rows, size.users);
  if (parts.includes('peers')) await peers(path, size.rows);
}

/** Every stage, alternating between the compiled and the plain loops, so that other work on the machine affects both alike. */
function stages(path: string): void {
  const compiled = compiledKernel(new URL('dist/kernel.wasm', PROJECT));
  say('stage, one thread                    seconds (least–most)        units a second      plain arrays take');
  for (const { name, unit, run } of stageBenches(observationsIn(path), compiled)) {
    const fast: number[] = [];
    const slow: number[] = [];
    let units = 0;
    for (let turn = 0; turn <= repeat; turn++) {
      const seconds = [compiled, PLAIN_KERNEL].map((kernel) => {
        const startedAt = performance.now();
        units = run(kernel);
        return (performance.now() - startedAt) / 1000;
      });
      // The first turn warms up.
      if (turn > 0) {
        fast.push(seconds[0]!);
        slow.push(seconds[1]!);
      }
    }
    const rate = units / spreadOf(fast).median;
    const ratio = spreadOf(fast.map((time, turn) => slow[turn]! / time)).median;
    say(
      `${name.padEnd(36)} ${times(fast).padEnd(26)}  ${`${short(rate)} ${unit}s`.padEnd(18)}  ${ratio.toFixed(2)} × as long`,
    );
  }
}

/** The cost of each rule. All take turns, so that other work on the machine affects all alike. */
function rules(path: string): void {
  const seen = observationsIn(path);
  const kernel = compiledKernel(new URL('dist/kernel.wasm', PROJECT));
  say('rules, one thread, score and format   seconds (least–most)        as long as without rules');
  for (const algorithm of options.algorithm.split(',')) {
    const benches = ruleBenches(seen, algorithm, kernel);
    const taken = benches.map((): number[] => []);
    // The first turn warms up.
    for (let turn = 0; turn <= repeat; turn++)
      for (const [k, { run }] of benches.entries())
        if (turn > 0) taken[k]!.push(run());
        else run();
    taken.forEach((seconds, k) => {
      const ratio = spreadOf(seconds.map((each, turn) => each / taken[0]![turn]!)).median.toFixed(2);
      say(`${`${algorithm}: ${benches[k]!.name}`.padEnd(36)} ${times(seconds).padEnd(26)}  ${ratio} ×`);
    });
  }
}

/** The gain by more children. All numbers of children take turns, so that other work on the machine affects all alike. */
async function inShards(path: string): Promise<void> {
  const seen = observationsIn(path);
  const numbers = options.workers.split(',').map(Number);
  say('in children, without reading     learn, seconds              score, seconds              gain: learn, score');
  for (const algorithm of options.algorithm.split(',')) {
    const settings = { ...algorithmNamed(algorithm)!.settings };
    if (algorithm === 'cosine') settings.neighbors = 20;
    const taken = numbers.map((): StageSeconds[] => []);
    for (let turn = 0; turn < repeat; turn++) {
      for (const [k, workers] of numbers.entries()) {
        taken[k]!.push(await sharded(seen, settings, workers, new URL('dist/', PROJECT)));
      }
    }
    taken.forEach((runs, k) => {
      const gain = (stage: keyof StageSeconds) =>
        spreadOf(runs.map((run, turn) => taken[0]![turn]![stage] / run[stage])).median.toFixed(2);
      const seconds = (stage: keyof StageSeconds) => times(runs.map((run) => run[stage])).padEnd(26);
      say(
        `${`${algorithm}, -j ${numbers[k]}`.padEnd(32)} ${seconds('learn')}  ${seconds('score')}  ${gain('learn')} ×, ${gain('score')} ×`,
      );
    });
  }
}

/** The cost of each balancing strategy when a few users have very long histories. All take turns. */
async function balances(): Promise<void> {
  const seen = skewedObservations(SEED);
  const settings = { ...algorithmNamed('cosine')!.settings, neighbors: 200 };
  const workers = Math.max(...options.workers.split(',').map(Number));
  const taken = BALANCES.map((): StageSeconds[] => []);
  for (let turn = 0; turn < repeat; turn++) {
    for (const [k, balance] of BALANCES.entries()) {
      taken[k]!.push(await sharded(seen, settings, workers, new URL('dist/', PROJECT), balance));
    }
  }
  say(
    `\na skewed load, -j ${workers}            learn, seconds              score, seconds              as long as least-loaded`,
  );
  taken.forEach((runs, k) => {
    const ratio = (stage: keyof StageSeconds) =>
      spreadOf(runs.map((run, turn) => run[stage] / taken[0]![turn]![stage])).median.toFixed(2);
    const seconds = (stage: keyof StageSeconds) => times(runs.map((run) => run[stage])).padEnd(26);
    say(
      `${BALANCES[k]!.padEnd(32)} ${seconds('learn')}  ${seconds('score')}  ${ratio('learn')} ×, ${ratio('score')} ×`,
    );
  });
}

async function whole(path: string, rows: number, users: number): Promise<void> {
  say('whole run, CSV to CSV            seconds (least–most)        rows/s   users/s   CPU s   peak memory   idle');
  for (const algorithm of options.algorithm.split(',')) {
    for (const workers of options.workers.split(',').map(Number)) {
      const wall: number[] = [];
      const cpu: number[] = [];
      let memory = 0;
      let plan = '';
      for (let turn = 0; turn < repeat; turn++) {
        const args = ['--users', path, '--algorithm', algorithm, '-j', String(workers), '-v'];
        if (algorithm === 'cosine') args.push('--set', 'neighbors=20');
        const taken = await measuredRun(process.execPath, [PROGRAM, ...args]);
        wall.push(taken.wall);
        cpu.push(taken.cpu);
        memory = Math.max(memory, taken.memory);
        plan = taken.stderr;
      }
      const { median } = spreadOf(wall);
      const idle = 1 - spreadOf(cpu).median / (median * workers);
      say(
        `${`${algorithm}, -j ${workers}`.padEnd(32)} ${times(wall).padEnd(26)}  ${short(rows / median).padEnd(7)}  ` +
          `${short(users / median).padEnd(7)}   ${spreadOf(cpu).median.toFixed(1).padEnd(5)}   ${(memory / 2 ** 20).toFixed(0)} MB`.padEnd(
            24,
          ) +
          `  ${(100 * idle).toFixed(0)} %`,
      );
      for (const line of plan.split('\n')) if (/^\d+\.\d\d s: /.test(line)) say(`    ${line}`);
    }
  }
}

/** Other programs on the same file, where they and their packages are installed. */
async function peers(path: string, rows: number): Promise<void> {
  for (const [script, ...args] of [
    ['pandas_read.py', path],
    ['scipy_knn.py', path, join(options.folder, 'scipy.csv')],
    ['similaripy_knn.py', path, join(options.folder, 'similaripy.csv')],
  ]) {
    try {
      const taken = await measuredRun('python3', [join(PEERS, script!), ...args]);
      say(`${script}: ${taken.wall.toFixed(1)} s, ${short(rows / taken.wall)} rows/s  ${taken.stderr.trim()}`);
    } catch (error) {
      const why = error instanceof Error ? (error.message.trim().split('\n').at(-1) ?? '') : String(error);
      say(`${script}: left out (${why})`);
    }
  }
}

function times(seconds: readonly number[]): string {
  const { median, least, most } = spreadOf(seconds);
  return `${median.toFixed(2)} (${least.toFixed(2)}–${most.toFixed(2)})`;
}

/** A large number with three significant digits: "1.23 G". */
function short(value: number): string {
  const [power, sign] = value >= 1e9 ? [1e9, ' G'] : value >= 1e6 ? [1e6, ' M'] : value >= 1e3 ? [1e3, ' k'] : [1, ''];
  return `${(value / power).toPrecision(3)}${sign}`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
