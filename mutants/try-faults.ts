import { isAnswered, isSeen, type NamedFault, type Seen } from './fault.ts'
import { RottenFault } from './apply-edit.ts'
import { runTests, type TestRun } from './run-tests.ts'
import type { TreeCopy } from './tree-copy.ts'

/** What became of a fault. `hung`: caught too, since the test did not end. */
export interface Verdict {
  readonly kind: 'caught' | 'hung' | 'unseen' | 'answered'
  readonly tried: NamedFault
  /** The tests that failed, or the answer. */
  readonly by: readonly string[]
  readonly milliseconds: number
  /** Processes that the failing test left behind. */
  readonly left: number
}

export interface TryOptions {
  /** Faults are tried in all copies at once, one at a time in each. */
  readonly copies: readonly TreeCopy[]
  readonly signal: AbortSignal
  readonly onVerdict: (verdict: Verdict) => void
  /** Says what goes on. */
  readonly tell: (line: string) => void
}

/** In ms. The machine may be busy, and a test that hangs has to be told from a slow one. */
const BASELINE_LIMIT = 300_000
const EXTRA_TIME = 30_000
const TIMES_AS_LONG = 5

/** A test fails without any fault, so that its failure with one would prove nothing. */
export class FailingBaseline extends Error {
  override readonly name = 'FailingBaseline'
}

/** Tries each fault against the test that is said to see it. Throws if a list has rotted or a test fails unchanged. */
export async function tryFaults(
  faults: readonly NamedFault[],
  options: TryOptions,
): Promise<readonly Verdict[]> {
  await checkEdits(faults, options)
  const limits = await runUnchanged(faults, options)
  return inEachCopy(faults, options, async (tried, copy) => {
    const { fault } = tried
    if (isAnswered(fault)) return tell(answer(tried, fault.answered), options)
    const limit = limits.get(keyOf(fault)) ?? BASELINE_LIMIT
    const run = await copy.withFault(fault, async () =>
      runTests(copy, { ...testsOf(fault), bail: true, limit, signal: options.signal }),
    )
    return tell(verdictOn(tried, run), options)
  })
}

/** Tries each fault, answered ones too, against all tests of its room, to find those that see it. */
export async function tryAgainst(
  testsOfRoom: (room: string) => readonly string[],
  faults: readonly NamedFault[],
  options: TryOptions,
): Promise<readonly Verdict[]> {
  await checkEdits(faults, options)
  return inEachCopy(faults, options, async (tried, copy) => {
    const tests = testsOfRoom(tried.room)
    const run = await copy.withFault(tried.fault, async () =>
      runTests(copy, { tests, bail: false, limit: 2 * BASELINE_LIMIT, signal: options.signal }),
    )
    return tell(verdictOn(tried, run), options)
  })
}

/** Before any test runs, so that a list that has rotted is known at once, and all of it. */
async function checkEdits(faults: readonly NamedFault[], { copies }: TryOptions): Promise<void> {
  const problems: string[] = []
  for (const { name, fault } of faults) {
    try {
      await copies[0]!.withFault(fault, async () => undefined)
    } catch (error) {
      if (!(error instanceof Error)) throw error
      problems.push(`${name}: ${error.message}`)
    }
  }
  if (problems.length > 0) throw new RottenFault(problems.join('\n'))
}

/**
 * Runs each test without a fault: once, or twice where it fails, since the verdicts on all faults are lost with one that
 * fails. Returns how long each may take with a fault, in ms.
 */
async function runUnchanged(
  faults: readonly NamedFault[],
  options: TryOptions,
): Promise<ReadonlyMap<string, number>> {
  const seen = faults.map(({ fault }) => fault).filter(isSeen)
  const tests = [...new Map(seen.map((fault) => [keyOf(fault), fault])).values()]
  const limits = new Map<string, number>()
  const problems: string[] = []
  await inEachCopy(tests, options, async (fault, copy) => {
    const attempt = async () =>
      runTests(copy, {
        ...testsOf(fault),
        bail: true,
        limit: BASELINE_LIMIT,
        signal: options.signal,
      })
    const where = fault.test === undefined ? fault.seenBy : `${fault.seenBy} > ${fault.test}`
    let run = await attempt()
    if (run.kind !== 'passed') {
      options.tell(`unchanged  ${where}  ${run.kind}, tried again: ${run.failed.join(', ')}`)
      run = await attempt()
    }
    if (run.kind !== 'passed' || run.passed === 0) {
      const words = run.kind === 'passed' ? 'no test of that name' : `${run.kind}:\n${run.output}`
      problems.push(`expected ${where} to pass without any fault, got ${words}`)
    }
    options.tell(`unchanged  ${where}  ${seconds(run.milliseconds)}`)
    limits.set(keyOf(fault), EXTRA_TIME + TIMES_AS_LONG * run.milliseconds)
  })
  if (problems.length > 0) throw new FailingBaseline(problems.join('\n'))
  return limits
}

/** Results in the order of the items. */
async function inEachCopy<T, R>(
  items: readonly T[],
  { copies }: TryOptions,
  work: (item: T, copy: TreeCopy) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = []
  const waiting = items.entries()
  await Promise.all(
    copies.map(async (copy) => {
      for (const [index, item] of waiting) results[index] = await work(item, copy)
    }),
  )
  return results
}

function testsOf({ seenBy, test }: Seen) {
  return { tests: [seenBy], name: test }
}

function keyOf({ seenBy, test = '' }: Seen): string {
  return `${seenBy}\n${test}`
}

function verdictOn(tried: NamedFault, run: TestRun): Verdict {
  const { milliseconds, left, failed } = run
  const kind = run.kind === 'passed' ? 'unseen' : run.kind === 'failed' ? 'caught' : 'hung'
  return { kind, tried, by: failed, milliseconds, left }
}

function answer(tried: NamedFault, words: string): Verdict {
  return { kind: 'answered', tried, by: [words], milliseconds: 0, left: 0 }
}

function tell(verdict: Verdict, { onVerdict }: TryOptions): Verdict {
  onVerdict(verdict)
  return verdict
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1)} s`
}
