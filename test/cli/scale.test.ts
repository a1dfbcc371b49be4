import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { temporaryFolders } from '../files/temporary.js';
import { blocksOf } from './documents.js';
import { root, runInProcess } from './run.js';

const newFolder = temporaryFolders();
const DOCUMENT = 'docs/scale.md';
const blocks = blocksOf(DOCUMENT);
const textOf = (kind: string) => blocks.filter((block) => block.kind === kind).map(({ text }) => text);
const PERMANENT = [2, 65, 66];

/** Checks that a command of the document is valid: it only fails because the folder of the plan, or its input, is missing. */
async function expectValid(args: readonly string[]) {
  const { code, stderr } = await runInProcess(args, {
    folder: newFolder(),
    terminal: false,
    env: { RECOMMEND_SHARD: '1' },
  });
  expect({ args, code, stderr }).toMatchObject({ code: 66 });
}

// test/long/manifests.test.ts checks the fields of the manifests against the engines.
test('the Kubernetes Job follows the rules of Indexed Jobs and does not retry permanent errors', async () => {
  const [{ spec }] = textOf('yaml').map((text) => parse(text));
  expect(spec.completionMode).toBe('Indexed');
  expect(spec.maxFailedIndexes).toBeLessThanOrEqual(spec.completions);
  const { restartPolicy, containers, volumes } = spec.template.spec;
  expect(restartPolicy).toBe('Never');
  const [container] = containers;
  const named = (all: { name: string }[]) => all.map(({ name }) => name);
  expect(named(container.volumeMounts)).toEqual(named(volumes));
  const [ignored, failed] = spec.podFailurePolicy.rules;
  expect(ignored).toEqual({ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] });
  expect(failed).toEqual({
    action: 'FailJob',
    onExitCodes: { containerName: container.name, operator: 'In', values: PERMANENT },
  });
  await expectValid(container.args);
});

test('the Argo workflow runs all shards of each stage after the previous stage, by valid commands', async () => {
  const [, { spec }] = textOf('yaml').map((text) => parse(text));
  const [lists, { name, retryStrategy, container }] = spec.templates;
  expect([spec.entrypoint, retryStrategy.expression]).toEqual([
    lists.name,
    `lastRetry.exitCode not in ${JSON.stringify(PERMANENT.map(String)).replaceAll(',', ', ')}`,
  ]);
  expect(container.command.at(-1)).toBe('exec recommend {{inputs.parameters.words}}');
  const shards = { start: '1', count: '32' };
  const { tasks } = lists.dag;
  for (const [at, task] of tasks.entries()) {
    const isArray = at > 0 && at < tasks.length - 1;
    expect(task).toMatchObject({ template: name, ...(isArray && { withSequence: shards }) });
    expect(task.depends).toBe(tasks[at - 1]?.name);
    const [{ value }] = task.arguments.parameters;
    expect(value.includes('{{item}}')).toBe(isArray);
    await expectValid(value.replace('{{item}}', '1').split(' '));
  }
});

test('the AWS and Google definitions retry only errors that may pass, and their commands are valid', async () => {
  const [aws, google] = textOf('json').map((text) => JSON.parse(text));
  const { attempts, evaluateOnExit } = aws.retryStrategy;
  expect(attempts).toBeLessThanOrEqual(10);
  expect(evaluateOnExit.length).toBeLessThanOrEqual(5);
  const last = evaluateOnExit.pop();
  expect(last).toEqual({ onReason: '*', action: 'RETRY' });
  expect(evaluateOnExit).toEqual(PERMANENT.map((code) => ({ onExitCode: String(code), action: 'EXIT' })));
  await expectValid(
    aws.containerProperties.command.map((word: string) => word.replace('Ref::work', aws.parameters.work)),
  );
  const [{ taskSpec, taskCount }] = google.taskGroups;
  expect(taskCount).toBe('32');
  expect(taskSpec.lifecyclePolicies).toEqual([{ action: 'FAIL_TASK', actionCondition: { exitCodes: PERMANENT } }]);
  await expectValid(taskSpec.runnables[0].container.commands);
});

test('the bash scripts have no syntax errors, and every recommend command in the document is valid', async () => {
  for (const text of textOf('bash'))
    expect(spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' }).stderr).toBe('');
  const text = readFileSync(join(root, DOCUMENT), 'utf8');
  const commands = [...text.matchAll(/recommend ((?:read|plan|fit|score|merge|status) [^"`#|\n]*--[^"`#|\n]*)/g)]
    .map(([, words = '']) =>
      words
        .replaceAll('$INPUT', '-u events.csv.gz -i products.csv --shards $N')
        .replaceAll(/\$\{?N\}?|\{N\}|\$\(N\)/g, '32')
        .replaceAll(/\{n\}|\{\}|\{wildcards\.n\}/g, '1')
        .trim(),
    )
    .filter((words) => !words.includes('$stage') && !words.includes('-u -') && !words.includes('-u {'));
  expect(commands.length).toBeGreaterThan(12);
  for (const words of new Set(commands)) await expectValid(words.split(/\s+/).filter((word) => word !== '…'));
});
