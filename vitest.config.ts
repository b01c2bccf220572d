import { defineConfig } from 'vitest/config'

/** Tests that need a built helm or a cluster, which `make chart` and `make e2e` provide. */
const OUTSIDE = ['test/chart/**/*.test.ts', 'test/e2e/**/*.test.ts']

/** Tests of controllers that run on this machine, against the API server of a cluster. They use no ingress. */
const CONTROLLER_OUTSIDE = ['test/e2e/controller/*.test.ts']

/** Tests that kill and freeze servers under traffic. They need the whole machine. */
const FAULTS = ['test/faults/*.test.ts', 'test/loadtest/local-target.test.ts']

/** Longer tests of the same kind, which only `make faults` runs. */
const LONG_FAULTS = ['test/faults/long/*.test.ts']

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    // The leak tests collect garbage; undici calls its EventSource experimental on every run.
    execArgv: ['--expose-gc', '--disable-warning=UNDICI-ES'],
    // Real sockets, browsers and child processes on two cores: patience, not a timing assertion.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'service',
          setupFiles: ['test/support/openapi/check-all-answers.ts'],
          include: [
            'src/**/*.test.ts',
            'simulation/**/*.test.ts',
            'loadtest/**/*.test.ts',
            'mutants/**/*.test.ts',
            'test/**/*.test.ts',
          ],
          exclude: [...OUTSIDE, ...FAULTS, ...LONG_FAULTS],
        },
      },
      {
        extends: true,
        test: {
          name: 'faults',
          include: FAULTS,
          testTimeout: 120_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'long-faults',
          include: LONG_FAULTS,
          testTimeout: 120_000,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: { name: 'chart', include: ['test/chart/**/*.test.ts'] },
      },
      {
        extends: true,
        // Pods that start, drain and are replaced; nginx that ends its old workers.
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: CONTROLLER_OUTSIDE,
          testTimeout: 600_000,
          hookTimeout: 300_000,
          // Each change of an Ingress makes nginx reload, which cuts the streams of other tests.
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e-controller',
          include: CONTROLLER_OUTSIDE,
          testTimeout: 600_000,
          hookTimeout: 300_000,
          // Most of the time they wait for what takes long on purpose.
          maxConcurrency: 10,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
})
