import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // Real sockets, browsers and child processes on two cores: patience, not a timing assertion.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
    // The leak tests collect garbage; undici calls its EventSource experimental on every run.
    execArgv: ['--expose-gc', '--disable-warning=UNDICI-ES'],
  },
})
