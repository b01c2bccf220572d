/** Prints `N passed, N failed` from a results file of vitest; failed checks count as one failure. */
import { readFileSync } from 'node:fs'

const [, , path = '', failedChecks = '0'] = process.argv
let passed = 0
let failed = Number(failedChecks)
try {
  const results: unknown = JSON.parse(readFileSync(path, 'utf8'))
  passed = count(results, 'numPassedTests')
  // A file that cannot be loaded fails without a test of its own.
  failed += Math.max(count(results, 'numFailedTests'), count(results, 'numFailedTestSuites'))
} catch {
  console.error('the tests left no results')
  failed += 1
}
console.log(`${passed} passed, ${failed} failed`)

function count(results: unknown, field: string): number {
  const value: unknown = Object.entries(results ?? {}).find(([name]) => name === field)?.[1]
  return typeof value === 'number' ? value : 0
}
