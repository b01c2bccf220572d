import { randomInt } from 'node:crypto'
import type { Progress } from '../report/progress.ts'
import type { Result } from '../report/result.ts'
import { judgeFigures } from '../report/verdicts.ts'
import { thresholdsOf } from '../scenarios/thresholds.ts'
import type { Target } from '../target/target.ts'
import { DriverGroup } from './driver-group.ts'
import type { StartDriver } from './driver.ts'
import type { Plan } from './plan.ts'
import { Recording } from './recording.ts'
import { RunningTest } from './running-test.ts'

/** Seconds for events that are under way when a scenario has ended, and when it was interrupted. */
const JUDGE_LIMIT = 30
const INTERRUPTED_JUDGE_LIMIT = 3

export interface RunOptions extends Plan {
  readonly target: Target
  readonly startDriver: StartDriver
  /** Those with subscribers; one more publishes. */
  readonly drivers: number
  readonly progress: Progress
  /** Aborts when the run is to end; its reason is an error. */
  readonly signal: AbortSignal
}

/** Runs a scenario against a target. What goes wrong after the drivers are ready ends the run, and stands in its result. */
export async function runScenario(options: RunOptions): Promise<Result> {
  const { scenario, amounts, target, progress } = options
  const failing = new AbortController()
  const fail = (error: unknown) => failing.abort(error)
  const signal = AbortSignal.any([options.signal, failing.signal])
  const startedAt = new Date().toISOString()

  await using recording = new Recording({
    target,
    onSecond: (sample) => progress.second(sample, test.step),
    onFailure: fail,
  })
  await using drivers = startDrivers(options, recording, fail)
  const test = new RunningTest({ amounts, drivers, target, recording, progress, signal })
  await drivers.prepare(toPreparation(options))
  recording.start()

  signal.addEventListener('abort', () => drivers.stop())
  let interrupted: string | undefined
  const interrupt = (error: unknown): undefined => {
    interrupted ??= messageOf(error)
    drivers.stop()
    return undefined
  }
  await scenario.run(test).catch(interrupt)
  progress.phase('judge')
  const limit = interrupted === undefined ? JUDGE_LIMIT : INTERRUPTED_JUDGE_LIMIT
  const judgement = await drivers.judge(limit).catch(interrupt)
  if (signal.aborted) interrupt(signal.reason)
  const trace = await target.trace?.().catch(() => undefined)
  const seconds = recording.elapsed
  await recording[Symbol.asyncDispose]()
  const figures = recording.figures(judgement)
  const thresholds = thresholdsOf(scenario, amounts)
  return {
    scenario: scenario.name,
    variant: options.variant,
    story: scenario.story,
    target: target.description,
    versions: target.versions,
    amounts,
    startedAt,
    seconds,
    interrupted,
    figures,
    thresholds,
    verdicts: judgeFigures(figures, thresholds),
    seriesOfSeconds: recording.seconds,
    histograms: recording.sum.encodeHistograms(),
    phases: test.phases,
    faults: test.faults,
    notes: test.notes,
    reasons: recording.sum.reasons,
    examples: judgement?.examples ?? [],
    trace,
  }
}

function startDrivers(
  { startDriver, drivers }: RunOptions,
  recording: Recording,
  onEnd: (error: Error) => void,
): DriverGroup {
  const [publisher, ...subscribers] = Array.from({ length: drivers + 1 }, (_, index) =>
    startDriver({ onTally: recording.add.bind(recording, index), onEnd }),
  )
  return new DriverGroup(publisher!, subscribers)
}

function toPreparation({ target, amounts }: RunOptions) {
  const runId = randomInt(36 ** 4)
    .toString(36)
    .padStart(4, '0')
  // New channels: what earlier runs left in the history of a server is no business of this one.
  const channels = Array.from(
    { length: amounts.channels },
    (_, index) => `loadtest-${runId}-${index + 1}`,
  )
  return { address: target.address, channels, runId }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
