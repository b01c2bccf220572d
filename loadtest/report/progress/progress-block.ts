import { showNumber, showTime } from '../figure-texts.ts'
import { type RunState, showMilliseconds, showPhase } from './run-state.ts'

export interface BlockLine {
  readonly label: string
  readonly text: string
  readonly tone: 'bold' | 'red' | 'yellow' | undefined
}

const LABEL_WIDTH = 15
const BAR_WIDTH = 24

/** The state of a run, in lines that are no longer than the width. */
export function progressBlock(state: RunState, width: number): readonly BlockLine[] {
  const { last, reconnects, findings } = state
  const { open, waiting, deliveries, published, deliveryP50, deliveryP99, deliveryMax } = last
  const lines: readonly BlockLine[] = [
    line('', [showTime(last.second), showPhase(state), bar(state)], 'bold'),
    line(
      'subscribers',
      [`${showNumber(open)} open`, `${showNumber(waiting)} waiting`],
      alarm(waiting, 'yellow'),
    ),
    line('events', [
      `${showNumber(deliveries)} delivered/s`,
      `${showNumber(published)} published/s`,
    ]),
    line('delivery', [
      `p50 ${showMilliseconds(deliveryP50)}`,
      `p99 ${showMilliseconds(deliveryP99)}`,
      `max ${showMilliseconds(deliveryMax)}`,
    ]),
    line('reconnects', [showNumber(reconnects)]),
    line('findings', [findings === 0 ? 'none' : showNumber(findings)], alarm(findings, 'red')),
  ]
  return lines.map(({ label, text, tone }) => ({
    label: label.slice(0, width),
    text: text.slice(0, Math.max(0, width - label.length)),
    tone,
  }))
}

function line(label: string, parts: readonly string[], tone?: BlockLine['tone']): BlockLine {
  return { label: `  ${label}`.padEnd(label === '' ? 0 : LABEL_WIDTH), text: joined(parts), tone }
}

/** Columns of one width, so that nothing jumps when a number gets longer. */
function joined(parts: readonly string[]): string {
  return parts
    .map((part) => part.padEnd(20))
    .join(' ')
    .trimEnd()
}

function bar({ last, step }: RunState): string {
  if (step === undefined || step.to <= step.from) return ''
  const share = (last.second - step.from) / (step.to - step.from)
  const done = Math.round(Math.min(1, Math.max(0, share)) * BAR_WIDTH)
  return '━'.repeat(done) + '─'.repeat(BAR_WIDTH - done)
}

function alarm(amount: number, tone: 'red' | 'yellow'): BlockLine['tone'] {
  return amount > 0 ? tone : undefined
}
