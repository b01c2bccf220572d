import { assertComparable, compare } from '../report/comparison.ts'
import { readMachine } from '../report/machine.ts'
import { formatJson, readBaseline } from '../report/result-file.ts'
import type { Report, Result } from '../report/result.ts'
import { formatSummary } from '../report/summary.ts'
import { writeReport } from '../report/write-report.ts'
import { chooseTarget, hasVariant, type TargetChoice } from '../target/choose-target.ts'
import { carryOut } from './carry-out.ts'
import { NotBegun } from './not-begun.ts'
import type { Plan } from './plan.ts'

export interface Options {
  readonly plans: readonly Plan[]
  readonly target: TargetChoice | { readonly kind: 'auto' }
  /** Those with subscribers. */
  readonly drivers: number
  /** A folder. */
  readonly out: string
  /** The path of an earlier report. */
  readonly baseline: string | undefined
  readonly isJson: boolean
  /** Whether what was started in a cluster stays, for people to look at. */
  readonly keeps: boolean
}

export interface Output {
  /** The outcome goes here. */
  readonly stdout: NodeJS.WriteStream
  /** Progress and warnings go here. */
  readonly stderr: NodeJS.WriteStream
}

export interface Outcome {
  readonly results: readonly Result[]
  /** Why there are no more of them; undefined if all plans were carried out to their ends. */
  readonly failure: string | undefined
}

/**
 * Carries out all plans, shows and writes what came of them. After one that did not come to its end, or once `signal`
 * aborts, it ends with the results so far. Rejects with `NotBegun` if there are none.
 */
export async function runLoadTest(
  options: Options,
  signal: AbortSignal,
  { stdout, stderr }: Output,
): Promise<Outcome> {
  const machine = readMachine()
  const target = await chooseTarget(options.target)
  const plans = options.plans.filter(({ variant }) => hasVariant(target, variant))
  if (plans.length < options.plans.length) {
    stderr.write('loadtest: the naive variant is left out, since a URL has no such server\n')
  }
  const baseline = await readComparable(options.baseline, plans)
  const { drivers, keeps } = options
  const outcome = await carryOutAll(plans, async (plan) =>
    carryOut(plan, { target, keeps, drivers, signal, stderr }),
  )
  const report: Report = { version: 1, machine, results: outcome.results }
  const comparison = baseline && compare(report, baseline)
  const paths = await writeReport(report, options.out, comparison)
  const text = options.isJson
    ? formatJson(report)
    : formatSummary(report, { stream: stdout, paths, comparison })
  stdout.write(text)
  return outcome
}

async function carryOutAll(
  plans: readonly Plan[],
  action: (plan: Plan) => Promise<Result>,
): Promise<Outcome> {
  const results: Result[] = []
  for (const plan of plans) {
    try {
      const result = await action(plan)
      results.push(result)
      if (result.interrupted !== undefined) return { results, failure: result.interrupted }
    } catch (error) {
      // What earlier ones found is worth a report.
      if (results.length === 0) throw error
      return { results, failure: error instanceof Error ? error.message : String(error) }
    }
  }
  return { results, failure: undefined }
}

/** An earlier report of the same workloads. */
async function readComparable(path: string | undefined, plans: readonly Plan[]) {
  if (path === undefined) return undefined
  try {
    const baseline = await readBaseline(path)
    const workloads = plans.map(({ scenario, variant, amounts }) => ({
      scenario: scenario.name,
      variant,
      amounts,
    }))
    assertComparable(workloads, baseline)
    return baseline
  } catch (error) {
    throw NotBegun.because(error)
  }
}
