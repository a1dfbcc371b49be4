import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evidenceOf } from '../../src/model/evidence.js';
import { readEvidence, writeEvidence } from '../../src/workers/evidence-file.js';
import { temporaryFolders } from '../files/temporary.js';
import { anySettings, observationsOf, worlds } from '../model/worlds.js';

const folder = temporaryFolders();

test('evidence is read back unchanged', () => {
  const at = folder();
  let run = 0;
  fc.assert(
    fc.property(worlds, anySettings, (world, settings) => {
      const evidence = evidenceOf(observationsOf(world), settings);
      const path = join(at, `evidence.${run++}`);
      writeEvidence(path, evidence);
      expect(readEvidence(path)).toEqual(evidence);
    }),
    { numRuns: 30 },
  );
});
