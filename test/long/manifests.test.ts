import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { blocksOf } from '../cli/documents.js';
import { root } from '../cli/run.js';
import { sharedFolder } from '../files/temporary.js';

/*
 * Checks the manifests of docs/scale.md against the engines' own types, which come from npm packages. The compiler finds unknown
 * fields, which the schemas of Kubernetes do not. The packages take 84 MB, so they are installed for this test only.
 */
const PACKAGES = [
  'kubernetes-models@5.1.0',
  '@kubernetes-models/argo-workflows@2.0.0',
  '@aws-sdk/client-batch@3.1138.0',
  '@google-cloud/batch@2.5.0',
];
const TYPES = {
  'batch/v1': "import('kubernetes-models/batch/v1').IJob",
  'argoproj.io/v1alpha1': "import('@kubernetes-models/argo-workflows/argoproj.io/v1alpha1').IWorkflow",
  aws: "import('@aws-sdk/client-batch').RegisterJobDefinitionCommandInput",
  google: "import('@google-cloud/batch').protos.google.cloud.batch.v1.IJob",
};
const blocks = blocksOf('docs/scale.md');
const yaml = blocks.filter(({ kind }) => kind === 'yaml').map(({ text }) => parse(text));
const [aws, google] = blocks.filter(({ kind }) => kind === 'json').map(({ text }) => JSON.parse(text));
const manifests = { ...Object.fromEntries(yaml.map((each) => [each.apiVersion, each])), aws, google };

let folder = '';

beforeAll(() => {
  folder = sharedFolder();
  const args = ['install', '--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', folder, ...PACKAGES];
  const { status, stderr } = spawnSync('npm', args, { cwd: folder, encoding: 'utf8' });
  expect({ status, stderr }).toMatchObject({ status: 0 });
}, 300_000);

/** The compiler's errors for manifests. */
function errorsIn(all: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(TYPES).map(
    ([name, type], k) => `export const manifest${k}: ${type} = ${JSON.stringify(all[name])};`,
  );
  writeFileSync(join(folder, 'manifests.ts'), lines.join('\n'));
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2022'];
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const args = [
    compiler,
    ...options,
    '--types',
    'node',
    '--typeRoots',
    join(root, 'node_modules/@types'),
    'manifests.ts',
  ];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  return stdout + stderr;
}

test('the manifests match the types of their engines', () => {
  expect(Object.keys(manifests).sort()).toEqual(Object.keys(TYPES).sort());
  expect(errorsIn(manifests)).toBe('');
});

test.each([
  ['batch/v1', 'backoffLimitPerIndex', 'backoffLimitPerIndx'],
  ['batch/v1', '"FailJob"', '7'],
  ['argoproj.io/v1alpha1', 'withSequence', 'withSequenc'],
  ['aws', '"RETRY"', '"AGAIN"'],
  ['aws', 'efsVolumeConfiguration', 'efs'],
  ['google', 'FAIL_TASK', 'FAIL'],
  ['google', 'maxRetryCount', 'maxRetries'],
])('%s: the check finds %s misspelled as %s', (name, right, wrong) => {
  const altered = JSON.parse(JSON.stringify(manifests[name]).replace(right, wrong));
  expect(errorsIn({ ...manifests, [name]: altered })).toContain('error TS');
});
