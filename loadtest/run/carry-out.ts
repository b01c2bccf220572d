import { DriverProcess } from '../driver/driver-process.ts'
import type { Result } from '../report/result.ts'
import type { Progress } from '../report/progress.ts'
import { startProgress } from '../report/start-progress.ts'
import { openTarget, type TargetChoice } from '../target/choose-target.ts'
import type { Target } from '../target/target.ts'
import { NotBegun } from './not-begun.ts'
import type { Plan } from './plan.ts'
import { preflight } from './preflight/preflight.ts'
import { runScenario } from './run-scenario.ts'

export interface Surroundings {
  readonly target: TargetChoice
  /** Those with subscribers. */
  readonly drivers: number
  readonly signal: AbortSignal
  /** Whether what was started in a cluster stays. */
  readonly keeps: boolean
  /** For progress and warnings. */
  readonly stderr: NodeJS.WriteStream
}

/** Opens the target, looks whether it can be loaded, and does so. Rejects with `NotBegun` if it cannot. */
export async function carryOut(plan: Plan, surroundings: Surroundings): Promise<Result> {
  const { target: choice, keeps, drivers, signal, stderr } = surroundings
  let progress: Progress | undefined
  const tell = (line: string) => {
    // Any other write would break the block on a terminal.
    if (progress === undefined) stderr.write(`loadtest: ${line}\n`)
    else progress.note(line)
  }
  await using target = await open(plan, choice, keeps, tell)
  const { address } = target
  const admin = choice.kind === 'url' ? choice.admin : undefined
  const { problems, warnings } = await preflight({ ...plan, address, admin, drivers })
  for (const warning of warnings) tell(warning)
  if (problems.length > 0) throw new NotBegun(problems)
  if (signal.aborted) throw NotBegun.because(signal.reason)
  progress = startProgress(stderr)
  try {
    return await runScenario({
      ...plan,
      target,
      startDriver: (events) => DriverProcess.start(events),
      drivers,
      progress,
      signal,
    })
  } finally {
    progress.end()
    progress = undefined
  }
}

async function open(
  { scenario, variant, amounts }: Plan,
  choice: TargetChoice,
  keeps: boolean,
  tell: (line: string) => void,
): Promise<Target> {
  const { subscribers } = amounts
  try {
    return await openTarget(choice, variant, { needs: scenario.needs, subscribers, keeps, tell })
  } catch (error) {
    throw NotBegun.because(error)
  }
}
