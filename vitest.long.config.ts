import { defineConfig } from 'vitest/config';
import { eachTest, wholeRun } from './vitest.config.js';

/** What takes long (`npm run test:long`). */
export default defineConfig({
  test: { ...wholeRun, ...eachTest, include: ['test/long/**/*.test.ts'], testTimeout: 300_000 },
});
