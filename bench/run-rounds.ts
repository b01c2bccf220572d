import { setTimeout as sleep } from 'node:timers/promises'
import type { Amounts } from './amounts.ts'
import type { Contender, Prepared } from './contenders/contender.ts'
import { lastLine } from './last-line.ts'
import type { MeasuredRow } from './results/result.ts'
import type { Row, Values } from './rows/row.ts'

/** Seconds that one contender may take for a row. */
const LIMIT = 180

/** What a row has of a contender so far. */
interface Measuring {
  readonly contender: Contender
  readonly values: Values[]
  refused: string | undefined
}

/**
 * In each round a row is measured of all contenders one after the other, so that a disturbance is likely to affect all.
 * Another one begins each round.
 */
export async function runRounds(
  rows: readonly Row[],
  ready: ReadonlyMap<Contender, Prepared>,
  amounts: Amounts,
  tell: (what: string) => void,
): Promise<readonly MeasuredRow[]> {
  const measurings = rows.map((row) => ({
    row,
    all: row.contenders
      .filter((contender) => ready.has(contender))
      .map((contender): Measuring => ({ contender, values: [], refused: undefined })),
  }))
  const most = Math.max(...rows.map((row) => roundsOf(row, amounts)))
  for (let round = 0; round < most; round++) {
    for (const { row, all } of measurings.filter((each) => round < roundsOf(each.row, amounts))) {
      for (const index of all.keys()) {
        const measuring = all[(index + round) % all.length]!
        const { contender } = measuring
        if (measuring.refused !== undefined) continue
        tell(`round ${round + 1} of ${roundsOf(row, amounts)}, ${row.name}, ${contender.title}`)
        await measure(row, measuring, ready.get(contender)!, amounts, tell)
      }
    }
  }
  return measurings.map(({ row, all }) => toMeasuredRow(row, all))
}

function roundsOf({ leastRounds = 1 }: Row, { rounds, isSmokeTest }: Amounts): number {
  return isSmokeTest ? rounds : Math.max(rounds, leastRounds)
}

async function measure(
  row: Row,
  measuring: Measuring,
  prepared: Prepared,
  amounts: Amounts,
  tell: (what: string) => void,
): Promise<void> {
  const ended = new AbortController()
  const measured = row.measure(prepared, amounts).then(
    (values) => measuring.values.push(values),
    (error: unknown) => {
      measuring.refused = lastLine(error)
      tell(`no figures: ${measuring.refused}`)
    },
  )
  await Promise.race([measured, giveUp(row.name, ended.signal)])
  ended.abort()
}

/** A server or a load that hangs would disturb what comes after it, so the whole run ends. */
async function giveUp(what: string, signal: AbortSignal): Promise<void> {
  try {
    await sleep(LIMIT * 1_000, undefined, { signal })
  } catch {
    return
  }
  throw new Error(`expected ${what} to end within ${LIMIT} s`)
}

function toMeasuredRow(
  { name, title, note, comparison, figures }: Row,
  all: readonly Measuring[],
): MeasuredRow {
  const entries = all.map(({ contender, values, refused }) => ({
    contender: contender.name,
    title: contender.title,
    values,
    refused,
  }))
  return { name, title, note, comparison, figures, entries }
}
