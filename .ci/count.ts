/** Prints `N passed, N failed` from results files of vitest; failed checks count as one failure. */
import { readFileSync } from 'node:fs'

const [, , failedChecks = '0', ...paths] = process.argv
let passed = 0
let failed = Number(failedChecks)
for (const path of paths) {
  try {
    const results: unknown = JSON.parse(readFileSync(path, 'utf8'))
    passed += count(results, 'numPassedTests')
    // A file that cannot be loaded fails without a test of its own.
    failed += Math.max(count(results, 'numFailedTests'), count(results, 'numFailedTestSuites'))
  } catch {
    console.error('the tests left no results')
    failed += 1
  }
}
console.log(`${passed} passed, ${failed} failed`)

function count(results: unknown, field: string): number {
  const value: unknown = Object.entries(results ?? {}).find(([name]) => name === field)?.[1]
  return typeof value === 'number' ? value : 0
}
