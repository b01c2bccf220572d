import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { endProcesses, RUN_VARIABLE } from './end-processes.ts'
import type { TreeCopy } from './tree-copy.ts'

export interface TestRun {
  /** `hung`: it did not end within its time, and was ended. */
  readonly kind: 'passed' | 'failed' | 'hung'
  /** Full names of the tests that failed. */
  readonly failed: readonly string[]
  readonly passed: number
  readonly milliseconds: number
  /** Last words of the test runner. */
  readonly output: string
  /** Processes that the tests had started and not ended. */
  readonly left: number
}

export interface TestRunOptions {
  /** Files and folders. */
  readonly tests: readonly string[]
  /** Part of the full name of the one test to run. */
  readonly name?: string | undefined
  /** Whether the first failure ends the run. */
  readonly bail: boolean
  /** In ms. */
  readonly limit: number
  readonly signal: AbortSignal
}

const OUTPUT_LENGTH = 3_000

/** Runs tests in a copy of the tree. Rejects if it is aborted; nothing of the run is left in any case. */
export async function runTests(copy: TreeCopy, options: TestRunOptions): Promise<TestRun> {
  options.signal.throwIfAborted()
  const mark = randomUUID()
  const results = join(copy.temporary, `${mark}.json`)
  const startedAt = performance.now()
  const child = spawn(process.execPath, argumentsOf(options, results), {
    cwd: copy.root,
    env: { ...environment(), TMPDIR: copy.temporary, [RUN_VARIABLE]: mark },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, to end it with all that it has started.
    detached: true,
  })
  const group = child.pid
  if (group === undefined) throw new Error(`expected to run ${process.execPath}`)
  let output = ''
  const collect = (text: string) => (output = (output + text).slice(-OUTPUT_LENGTH))
  child.stdout.setEncoding('utf8').on('data', collect)
  child.stderr.setEncoding('utf8').on('data', collect)
  let left = 0
  let isHung = false
  const timer = setTimeout(() => {
    isHung = true
    void endProcesses(group, mark)
  }, options.limit)
  const abort = () => void endProcesses(group, mark)
  options.signal.addEventListener('abort', abort)
  let code: number | null
  try {
    // Not `close`: a process that was left behind may hold the pipes.
    ;[code] = (await once(child, 'exit')) as [number | null]
  } finally {
    clearTimeout(timer)
    options.signal.removeEventListener('abort', abort)
    left = await endProcesses(group, mark)
  }
  options.signal.throwIfAborted()
  const { failed, passed } = await readResults(results)
  const milliseconds = performance.now() - startedAt
  const kind = isHung ? 'hung' : code === 0 ? 'passed' : 'failed'
  return { kind, failed, passed, milliseconds, output, left }
}

function argumentsOf({ tests, name, bail }: TestRunOptions, results: string): string[] {
  return [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${results}`,
    ...(bail ? ['--bail=1'] : []),
    ...(name === undefined ? [] : ['-t', escapePattern(name)]),
    ...tests,
  ]
}

function escapePattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
}

/** Without what a test runner above this one has set. */
function environment(): NodeJS.ProcessEnv {
  const variables = Object.entries(process.env)
  return Object.fromEntries(
    variables.filter(([name]) => !/^(?:VITEST|NODE_ENV$|NODE_OPTIONS$|TEST$)/.test(name)),
  )
}

interface Report {
  readonly numPassedTests: number
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
  }[]
}

/** A run that was ended has no results. */
async function readResults(path: string): Promise<{ failed: readonly string[]; passed: number }> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  await rm(path, { force: true })
  if (text === undefined) return { failed: [], passed: 0 }
  const { numPassedTests, testResults } = JSON.parse(text) as Report
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults)
  const failed = tests.filter(({ status }) => status === 'failed')
  return { failed: failed.map(({ fullName }) => fullName), passed: numPassedTests }
}
