import { setTimeout as sleep } from 'node:timers/promises'
import type { Amounts } from '../amounts.ts'
import { ALL_CONTENDERS } from '../contenders/all-contenders.ts'
import type { Prepared } from '../contenders/contender.ts'
import { Load } from '../load.ts'
import type { Row } from './row.ts'

/** The cost of idle streams. */
interface IdleCost {
  /** Bytes of resident memory before there are streams. */
  readonly base: number
  /** Bytes of resident memory for each stream. */
  readonly rss: number
  /** Bytes of the JavaScript heap for each stream, which its end frees. */
  readonly heap: number | undefined
}

const STREAMS = 9_000
/** Open before these: they take the memory that a process had to spare. */
const FIRST_STREAMS = 1_000
/** Resident memory of Node's processes varies by some 1 KB a stream from one to the next. */
const LEAST_ROUNDS = 5
/** Opened and closed before. */
const WARM_UP_STREAMS = 300
/** Milliseconds for the work of a server after the last stream has got its head. */
const SETTLE = 500
/** Milliseconds, longer than the second for which Runnel keeps a closed socket. */
const AFTERMATH = 1_500

export const IDLE_STREAMS: Row = {
  name: 'idle',
  title: '9,000 idle streams of one channel, besides 1,000 that are open',
  note:
    `Resident memory is what the kernel counts half a second after the last stream has opened, less what it counted ` +
    `before the first of them. 1,000 streams are open by then, since a process first fills the memory that it has to ` +
    `spare. Nothing was published before, which would leave more to spare, and no garbage is collected. The heap of Node's ` +
    `processes is what the streams free when they are closed afterwards, between two forced collections, and is read ` +
    `through Node's inspector. Each round has a fresh process, at least ${LEAST_ROUNDS} in all.`,
  leastRounds: LEAST_ROUNDS,
  contenders: ALL_CONTENDERS,
  comparison: 'first ÷ other',
  figures: [
    {
      key: 'rss',
      name: 'resident memory per stream',
      unit: 'KB',
      digits: 2,
      targets: [{ contender: 'nchan', of: 'ratio', atMost: 0.8 }],
    },
    {
      key: 'heap',
      name: 'JavaScript heap per stream',
      unit: 'KB',
      digits: 2,
      targets: [{ contender: 'runnel', of: 'value', atMost: 2.5 }],
    },
    { key: 'base', name: 'resident memory without streams', unit: 'MB', digits: 0, targets: [] },
  ],
  measure: async (prepared, amounts) => {
    const { rss, heap, base } = await measureIdle(prepared, STREAMS, FIRST_STREAMS, amounts)
    const ofHeap = heap === undefined ? {} : { heap: heap / 1e3 }
    return { rss: rss / 1e3, ...ofHeap, base: base / 1e6 }
  },
}

/**
 * Uses a new process, since memory allocated under an earlier load would be reused. All contenders are measured as they
 * are: a collection that only Node's processes could be asked for would flatter them, so the heap comes last.
 */
export async function measureIdle(
  { start }: Prepared,
  streams: number,
  firstStreams: number,
  amounts: Amounts,
): Promise<IdleCost> {
  await using server = await start()
  await using load = await Load.start(server, 1, amounts)
  await load.subscribe(WARM_UP_STREAMS)
  await load.unsubscribe(WARM_UP_STREAMS)
  await sleep(AFTERMATH)

  const base = server.residentMemory()
  await load.subscribe(firstStreams)
  await sleep(SETTLE)
  const before = server.residentMemory()
  await load.subscribe(streams)
  await sleep(SETTLE)
  const rss = server.residentMemory() - before
  const heap = await server.heap()
  // An event to each proves that all of the streams are open.
  await load.run(async () => load.publishAtOnce(1))
  await load.unsubscribe(streams)
  await sleep(AFTERMATH)
  const heapWithout = await server.heap()
  const isJavaScript = heap !== undefined && heapWithout !== undefined
  return {
    base,
    rss: rss / streams,
    heap: isJavaScript ? (heap - heapWithout) / streams : undefined,
  }
}
