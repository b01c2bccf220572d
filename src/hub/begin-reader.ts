/** How a reader finds its start: from the log, or at once where all is in memory. */
import type { Gap } from '../schema/system-events.ts'
import { Reader, type GapNotice, type Start } from './reader.ts'
import type { Tail } from './tail.ts'

/** A reader at its start, and the gaps before it. */
export interface Beginning {
  readonly reader: Reader
  readonly gaps: readonly GapNotice[]
}

export interface ReaderOptions {
  /** Ends the waiting for memory. */
  readonly deadline?: AbortSignal
  /** Whether the client is still there: pages are read for it only as long as it is. */
  readonly isWanted?: (() => boolean) | undefined
}

const UNKNOWN_CURSOR = { reason: 'unknown-cursor', from: null, to: null, missed: null } as const

/** Opens the tails and finds the cursor to start from. Rejects with the log's errors. */
export async function beginReader(
  tails: readonly Tail[],
  start: Start,
  { deadline, isWanted }: ReaderOptions = {},
): Promise<Beginning> {
  await catchUp(tails)
  const reader = Reader.from(tails, start, isWanted)
  try {
    await reader.load(deadline)
  } catch (error) {
    reader.close()
    throw error
  }
  return placed(reader, start)
}

/** As `beginReader`, where neither the log nor memory must be waited for; undefined if one must. */
export function beginReaderAtOnce(
  tails: readonly Tail[],
  start: Start,
  isWanted?: () => boolean,
): Beginning | undefined {
  if (!tails.every(({ sync }) => sync.isCurrent)) return undefined
  const reader = Reader.from(tails, start, isWanted)
  if (reader.findPages()) return placed(reader, start)
  reader.close()
  return undefined
}

/** The cursor from which a reader would begin. Reads no events. Rejects with the log's errors. */
export async function locateReader(tails: readonly Tail[], start: Start): Promise<string> {
  await catchUp(tails)
  const reader = Reader.from(tails, start)
  await reader.refreshOutdatedTails()
  reader.skipGaps()
  return reader.cursor()
}

async function catchUp(tails: readonly Tail[]): Promise<void> {
  await Promise.all(tails.map(async ({ sync }) => sync.catchUp()))
}

function placed(reader: Reader, { cursor }: Start): Beginning {
  const gaps = reader.skipGaps()
  if (cursor !== 'unknown') return { reader, gaps }
  const gap: Gap = { channel: null, ...UNKNOWN_CURSOR }
  return { reader, gaps: [{ id: reader.cursor(), gap }] }
}
