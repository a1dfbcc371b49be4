import { defineConfig } from 'vitest/config';

/** Tests that need a process to themselves: they look at the memory of the one they are in. */
const ALONE = ['test/process/family-memory.test.ts'];

/** What holds for every test. */
export const eachTest = {
  setupFiles: ['test/setup.ts'],
  // Processes and not threads: tests change the working folder.
  pool: 'forks' as const,
  testTimeout: 60_000,
  hookTimeout: 60_000,
};

/** What holds for a whole run of tests. */
export const wholeRun = { globalSetup: ['test/build.ts', 'test/clean.ts'], maxWorkers: 2 };

export default defineConfig({
  test: {
    ...wholeRun,
    projects: [
      {
        test: {
          ...eachTest,
          name: 'shared',
          include: ['test/**/*.test.ts'],
          exclude: [...ALONE, 'test/long/**', 'test/browser/**'],
          // Files share a process, and the modules that are loaded in it.
          isolate: false,
        },
      },
      { test: { ...eachTest, name: 'alone', include: ALONE } },
    ],
  },
});
