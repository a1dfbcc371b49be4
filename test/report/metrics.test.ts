import { describe, expect, it } from 'vitest';
import { lastSuccessIn, metricsText, type RunMetrics } from '../../src/report/metrics.js';

const RUN: RunMetrics = {
  version: '1.2.3',
  exitCode: 0,
  endedAt: 1_795_532_025.853_812,
  lastSuccess: 1_795_532_025.853_812,
  seconds: 61.25,
  stages: [
    { stage: 'reading', seconds: 1.5 },
    { stage: 'learning', seconds: 50 },
  ],
  inputs: [
    { input: 'users', rows: 100, rejected: 3, skipped: 2 },
    { input: 'items', rows: 20, rejected: 0, skipped: 0 },
  ],
  served: { users: 40, rows: 400, short: 4, empty: 1, left_out: {}, cold: 5, failed: 1, lost: ['user x got no list'] },
  retries: 2,
  memoryBytes: 5e8,
};

interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** Parses the text exposition format 0.0.4, and fails for anything that the format or the textfile collector does not allow. */
function parsed(text: string): { samples: Sample[]; types: Map<string, string>; helps: Map<string, string> } {
  expect(text.endsWith('\n')).toBe(true);
  const types = new Map<string, string>();
  const helps = new Map<string, string>();
  const samples: Sample[] = [];
  for (const line of text.slice(0, -1).split('\n')) {
    const help = /^# HELP ([a-zA-Z_:][\w:]*) (.+)$/.exec(line);
    const type = /^# TYPE ([a-zA-Z_:][\w:]*) (counter|gauge|histogram|summary|untyped)$/.exec(line);
    // A third word on a line would be a timestamp.
    const sample = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/.exec(line);
    if (help) {
      expect(helps.has(help[1]!), line).toBe(false);
      helps.set(help[1]!, help[2]!);
    } else if (type) {
      expect(types.has(type[1]!), line).toBe(false);
      expect(
        samples.some(({ name }) => name === type[1]),
        line,
      ).toBe(false);
      types.set(type[1]!, type[2]!);
    } else {
      expect(sample, line).not.toBeNull();
      const [, name = '', labels = '', value = ''] = sample!;
      expect([types.has(name), helps.has(name)], line).toEqual([true, true]);
      // All samples of a name have to be adjacent.
      if (samples.some((other) => other.name === name)) expect(samples.at(-1)!.name).toBe(name);
      samples.push({ name, labels: labelsOf(labels), value: Number(value) });
    }
  }
  const keys = samples.map(({ name, labels }) => `${name} ${JSON.stringify(labels)}`);
  expect(new Set(keys).size).toBe(keys.length);
  return { samples, types, helps };
}

function labelsOf(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/g)];
  expect(pairs.map(([whole]) => whole).join('')).toBe(text);
  const plain = { n: '\n', '"': '"', '\\': '\\' } as Record<string, string>;
  return Object.fromEntries(
    pairs.map(([, name, value = '']) => [name!, value.replace(/\\(.)/g, (_, letter: string) => plain[letter]!)]),
  );
}

function valueIn(text: string, name: string, labels: Record<string, string> = {}): number | undefined {
  const asked = Object.entries(labels);
  return parsed(text).samples.find(
    (sample) => sample.name === name && asked.every(([label, value]) => sample.labels[label] === value),
  )?.value;
}

describe('metricsText', () => {
  it('is valid for Prometheus, whatever characters a label contains', () => {
    const { samples, types } = parsed(metricsText('a "job"\\of\nours', { ...RUN, version: '1\\"2' }));
    for (const { labels } of samples) expect(labels.run).toBe('a "job"\\of\nours');
    expect(samples[0]!.labels.version).toBe('1\\"2');
    expect(new Set(types.values())).toEqual(new Set(['gauge']));
  });

  it('uses base units in names, and no suffix that is reserved for counters', () => {
    for (const name of parsed(metricsText('r', RUN)).types.keys()) {
      expect(name).toMatch(/^recommend_[a-z_]+$/);
      expect(name).not.toMatch(/_(total|count|sum|bucket|milliseconds|ms|kb|megabytes|minutes)$/);
    }
    expect(valueIn(metricsText('r', RUN), 'recommend_duration_seconds')).toBe(61.25);
    expect(valueIn(metricsText('r', RUN), 'recommend_peak_memory_bytes')).toBe(5e8);
  });

  it('reports the figures of a successful run', () => {
    const text = metricsText('r', RUN);
    expect(valueIn(text, 'recommend_exit_code')).toBe(0);
    expect(valueIn(text, 'recommend_success')).toBe(1);
    expect(valueIn(text, 'recommend_last_success_timestamp_seconds')).toBe(1_795_532_025.854);
    expect(valueIn(text, 'recommend_stage_duration_seconds', { stage: 'learning' })).toBe(50);
    expect(valueIn(text, 'recommend_users_served')).toBe(40);
    expect(valueIn(text, 'recommend_users_short')).toBe(4);
    expect(valueIn(text, 'recommend_users_cold')).toBe(5);
    expect(valueIn(text, 'recommend_users_failed')).toBe(1);
    expect(valueIn(text, 'recommend_input_rows', { input: 'items' })).toBe(20);
    expect(valueIn(text, 'recommend_input_rows_rejected', { input: 'users' })).toBe(3);
    expect(valueIn(text, 'recommend_retries')).toBe(2);
  });

  it('has the same metrics for a run that failed at once', () => {
    const failed = metricsText('r', { ...RUN, exitCode: 65, stages: [], served: undefined, lastSuccess: 7 });
    const keys = (text: string) => parsed(text).samples.map(({ name, labels }) => [name, labels]);
    expect(keys(failed)).toEqual(keys(metricsText('r', RUN)));
    expect(valueIn(failed, 'recommend_success')).toBe(0);
    expect(valueIn(failed, 'recommend_exit_code')).toBe(65);
    expect(valueIn(failed, 'recommend_last_success_timestamp_seconds')).toBe(7);
    expect(valueIn(failed, 'recommend_users_served')).toBe(0);
    expect(valueIn(failed, 'recommend_stage_duration_seconds', { stage: 'learning' })).toBe(0);
  });
});

describe('lastSuccessIn', () => {
  it('reads the time of the last success from a metrics file', () => {
    expect(lastSuccessIn(metricsText('r', RUN))).toBe(1_795_532_025.854);
    expect(lastSuccessIn('recommend_last_success_timestamp_seconds 12\n')).toBe(12);
  });

  it('reads it whatever the name of the run', () => {
    for (const name of ['a}b', '} 5', '{"', 'a\\', 'a\nb', '\r\u2028', `recommend_last_success_timestamp_seconds 7`]) {
      expect(lastSuccessIn(metricsText(name, RUN)), name).toBe(1_795_532_025.854);
    }
  });

  it.each(['', 'something else\n', 'recommend_last_success_timestamp_seconds{run="r"} soon\n'])(
    'is 0 if there is none: %j',
    (text) => expect(lastSuccessIn(text)).toBe(0),
  );
});
