import { formatTable } from '../reporting/text-table.ts'
import { seconds, type Verdict } from './try-faults.ts'

/** The share of all faults that tests have to catch; each of the others has an answer. */
const LEAST_SHARE = 0.95

/** One line on a fault, as soon as it was tried. */
export function describeVerdict({ kind, tried, by, milliseconds, left }: Verdict): string {
  const { name, fault } = tried
  const processes = left === 0 ? '' : `, left ${left} processes`
  const time = kind === 'answered' ? '' : `  (${seconds(milliseconds)}${processes})`
  const names = by.map((each) => `\n           ${each}`).join('')
  return `${kind.padEnd(9)}  ${name}  ${fault.file}: ${fault.what}${time}${kind === 'hung' ? '' : names}`
}

/** The table by room, with what is unseen under it. */
export function formatReport(verdicts: readonly Verdict[]): string {
  const rooms = [...new Set(verdicts.map(({ tried }) => tried.room))]
  const rows = rooms.map((room) => rowOf(room, ofRoom(verdicts, room)))
  const head = ['room', 'faults', 'caught', 'of them by a hang', 'unseen', 'answered']
  const table = formatTable([head, ...rows, rowOf('all', verdicts)], [1, 2, 3, 4, 5])
  const unseen = verdicts.filter(({ kind }) => kind === 'unseen')
  return table + unseen.map((verdict) => `\n${describeVerdict(verdict)}\n`).join('')
}

/** Whether tests bite. The share is judged on whole lists only: a single fault may well be an answered one. */
export function isGood(verdicts: readonly Verdict[], isWhole: boolean): boolean {
  if (verdicts.some(({ kind }) => kind === 'unseen')) return false
  return !isWhole || count(verdicts, 'caught', 'hung') >= LEAST_SHARE * verdicts.length
}

function rowOf(name: string, verdicts: readonly Verdict[]): string[] {
  return [
    name,
    String(verdicts.length),
    String(count(verdicts, 'caught', 'hung')),
    String(count(verdicts, 'hung')),
    String(count(verdicts, 'unseen')),
    String(count(verdicts, 'answered')),
  ]
}

function ofRoom(verdicts: readonly Verdict[], room: string): readonly Verdict[] {
  return verdicts.filter(({ tried }) => tried.room === room)
}

function count(verdicts: readonly Verdict[], ...kinds: readonly Verdict['kind'][]): number {
  return verdicts.filter(({ kind }) => kinds.includes(kind)).length
}
