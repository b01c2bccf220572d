import type { Machine } from './machine.ts'
import { FIGURE_TEXTS } from './figure-texts.ts'
import type { Result } from './result.ts'
import { isMet } from './verdicts.ts'

const GIBIBYTE = 2 ** 30

/** The outcome in one line. */
export function headline({
  verdicts,
  interrupted,
}: Pick<Result, 'verdicts' | 'interrupted'>): string {
  const met = verdicts.filter((verdict) => verdict.isMet).length
  const outcome =
    met === verdicts.length
      ? `${met} of ${count(verdicts.length, 'threshold')} met`
      : `${verdicts.length - met} of ${count(verdicts.length, 'threshold')} not met`
  return interrupted === undefined ? outcome : `interrupted (${interrupted}), ${outcome} so far`
}

/** The outcome of all. The naive variant is shown for comparison, and is not what is judged. */
export function overallHeadline(results: readonly Result[]): string {
  const runnels = results.filter(({ variant }) => variant === undefined)
  const judged = runnels.length === 0 ? results : runnels
  const [only] = judged
  if (only !== undefined && judged.length === 1) return `${nameResult(only)}: ${headline(only)}`
  const missed = judged.filter((result) => !isMet(result)).length
  return missed === 0
    ? `all ${judged.length} runs met their thresholds`
    : `${missed} of ${judged.length} runs did not meet their thresholds`
}

export const REASONS_HEAD = 'Why connections ended or failed'

/** The figures that have reasons, in the order in which they are told. */
const REASONED = [
  'cuts',
  'faults',
  'drains',
  'expiries',
  'refusals',
  'deadEnds',
  'connectFailures',
] as const

/** The most frequent reason of each figure comes first. */
export function describeReasons({ reasons }: Pick<Result, 'reasons'>): readonly string[] {
  return REASONED.flatMap((figure) =>
    Object.entries(reasons[figure] ?? {})
      .toSorted(([, one], [, other]) => other - one)
      .map(([reason, times]) => `${FIGURE_TEXTS[figure].head}: ${number(times)} × ${reason}`),
  )
}

export function nameResult({ scenario, variant }: Pick<Result, 'scenario' | 'variant'>): string {
  return variant === undefined ? scenario : `${scenario}, ${variant} variant`
}

export function describeAmounts({
  subscribers,
  channels,
  rate,
  seconds,
  bytes,
}: Result['amounts']): string {
  return [
    count(subscribers, 'subscriber'),
    count(channels, 'channel'),
    `${count(rate, 'event')} a second of ${count(bytes, 'byte')}`,
    `${number(seconds)} s`,
  ].join(', ')
}

export function describeMachine({ cores, model, memory, kernel, node }: Machine): string {
  return `${count(cores, 'core')} ${model}, ${(memory / GIBIBYTE).toFixed(1)} GiB, ${kernel}, Node ${node}`
}

export function describeVersions(versions: Result['versions']): string {
  return Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')
}

function count(amount: number, noun: string): string {
  return `${number(amount)} ${noun}${amount === 1 ? '' : 's'}`
}

function number(value: number): string {
  return value.toLocaleString('en')
}

export function showDate(time: string): string {
  return time.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC')
}
