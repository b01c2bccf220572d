import type { Machine } from './machine.ts'
import type { Result } from './result.ts'

const GIBIBYTE = 2 ** 30

/** The outcome in one line. */
export function headline({
  verdicts,
  interrupted,
}: Pick<Result, 'verdicts' | 'interrupted'>): string {
  const missed = verdicts.filter(({ isMet }) => !isMet).length
  const outcome =
    verdicts.length === 0
      ? 'no thresholds'
      : missed === 0
        ? `${count(verdicts.length, 'threshold')} met`
        : `${missed} of ${count(verdicts.length, 'threshold')} not met`
  return interrupted === undefined ? outcome : `interrupted (${interrupted}), ${outcome} so far`
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
