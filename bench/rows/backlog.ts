import { setTimeout as sleep } from 'node:timers/promises'
import type { Amounts } from '../amounts.ts'
import type { Prepared } from '../contenders/contender.ts'
import { MERCURE_WITH_HISTORY } from '../contenders/mercure.ts'
import { NCHAN } from '../contenders/nchan.ts'
import { RUNNEL_ON_REDIS } from '../contenders/runnel-fleet.ts'
import { RUNNEL } from '../contenders/runnel.ts'
import { channelName, Load } from '../load.ts'
import { readCursor } from '../read-cursor.ts'
import type { Row, Values } from './row.ts'

export interface Backlog {
  readonly streams: number
  readonly events: number
  /** Seconds that the last event may take to come. */
  readonly limit: number
  /** That resume, and leave, before. */
  readonly warmUpStreams: number
  readonly warmUpLimit: number
}

/** Both limits together are less than a row may take. */
const RETURN: Backlog = {
  streams: 5_000,
  events: 500,
  limit: 100,
  warmUpStreams: 100,
  warmUpLimit: 20,
}
/** Of an event's data. */
const BYTES = 200
/** Milliseconds for what a server has to do after streams have ended. */
const AFTERMATH = 1_500

/** What a server does whose clients were away for a while. */
export const BACKLOG: Row = {
  name: 'backlog',
  title: '5,000 streams resume, each 500 events of 200 bytes behind',
  note:
    'Each stream sends the id of the same event, after which 500 were published. 64 are asked for at once, and each one ' +
    'that opens lets the next one ask; the backlogs of many are on their way at the same time. A contender has figures ' +
    'only if every stream got all 500, once and in order. 100 streams did the same before, and reads of the log are of ' +
    'all 5,100. node:http and the loop in C keep no history, nor does Mercure with its transport `local`: here it has ' +
    '`bolt`, its default, which keeps updates in a file. Redis runs beside the load, and its CPU is not counted.',
  contenders: [RUNNEL, RUNNEL_ON_REDIS, NCHAN, MERCURE_WITH_HISTORY],
  comparison: 'first ÷ other',
  figures: [
    { key: 'stream', name: 'CPU for each stream', unit: 'µs', digits: 0, targets: [] },
    { key: 'event', name: 'CPU for each event', unit: 'µs', digits: 2, targets: [] },
    { key: 'seconds', name: 'to the last event', unit: 's', digits: 1, targets: [] },
    { key: 'reads', name: 'reads of the log (XRANGE)', unit: 'calls', digits: 0, targets: [] },
  ],
  measure: async (prepared, amounts) => measureBacklog(prepared, RETURN, amounts),
}

export async function measureBacklog(
  { start }: Prepared,
  { streams, events, limit, warmUpStreams, warmUpLimit }: Backlog,
  amounts: Amounts,
): Promise<Values> {
  await using server = await start()
  await using load = await Load.start(server, 1, amounts)
  const cursor = await readCursor(server.address, channelName(0))
  await load.run(async () => load.publishOneByOne(events, BYTES))
  const readsBefore = await server.logReads?.()
  await load.resume({ streams: warmUpStreams, cursor, events, limit: warmUpLimit })
  await load.unsubscribe(warmUpStreams)
  await sleep(AFTERMATH)

  const before = server.cpuTime()
  const seconds = await load.resume({ streams, cursor, events, limit })
  const used = (server.cpuTime() - before) * 1e6
  // Of all who resumed: what the first of them made the server read may serve the others.
  const reads = await server.logReads?.()
  const ofLog =
    reads === undefined || readsBefore === undefined ? {} : { reads: reads - readsBefore }
  return { stream: used / streams, event: used / (streams * events), seconds, ...ofLog }
}
