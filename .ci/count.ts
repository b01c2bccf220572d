/**
 * Prints the failed tests of results files of vitest, and then `N passed, N failed`; failed checks count as one failure.
 */
import { readFileSync } from 'node:fs'

/** The part of a results file that is read here. */
interface Results {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly testResults: readonly TestFile[]
}

interface TestFile {
  readonly name: string
  readonly status: string
  /** Why the file could not be loaded. */
  readonly message: string
  readonly assertionResults: readonly {
    readonly fullName: string
    readonly status: string
    readonly failureMessages: readonly string[]
  }[]
}

/** Of a message: what was expected, without the stack. */
const MESSAGE_LINES = 6

const [, , failedChecks = '0', ...paths] = process.argv
let passed = 0
let failed = Number(failedChecks)
for (const path of paths) {
  try {
    const results = JSON.parse(readFileSync(path, 'utf8')) as Results
    passed += results.numPassedTests
    failed += results.numFailedTests
    for (const file of results.testResults) failed += printFailures(file)
  } catch {
    console.log('the tests left no results')
    failed += 1
  }
}
console.log(`${passed} passed, ${failed} failed`)

/** How many failures are no test's: 1 for a file that cannot be loaded. */
function printFailures({ name, status, message, assertionResults }: TestFile): number {
  const failures = assertionResults.filter((each) => each.status === 'failed')
  for (const { fullName, failureMessages } of failures) {
    console.log(`failed: ${name}: ${fullName}\n${beginningOf(failureMessages.join('\n'))}`)
  }
  if (status !== 'failed' || failures.length > 0) return 0
  console.log(`failed: ${name}\n${beginningOf(message)}`)
  return 1
}

function beginningOf(message: string): string {
  return message.split('\n', MESSAGE_LINES).join('\n')
}
