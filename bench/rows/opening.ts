import { setTimeout as sleep } from 'node:timers/promises'
import type { Amounts } from '../amounts.ts'
import { ALL_CONTENDERS } from '../contenders/all-contenders.ts'
import type { Prepared } from '../contenders/contender.ts'
import { Load } from '../load.ts'
import type { Row, Values } from './row.ts'

export interface Flow {
  readonly streams: number
  /** Opened and closed before: a server that has run for a minute is compiled. */
  readonly warmUpStreams: number
}

const STEADY: Flow = { streams: 6_000, warmUpStreams: 10_000 }
/** Closed at a time, with this many milliseconds between. */
const CLOSED_AT_ONCE = 60
const CLOSING_INTERVAL = 10
/** Milliseconds for what a server puts off, such as log lines. */
const SETTLE = 1_500

/** The front door: what a server does for a client that comes and goes, besides its events. */
export const OPENING: Row = {
  name: 'opening',
  title: '6,000 streams of one channel, opened one after another',
  note:
    'A steady flow, as on a working day: 64 are asked for at once, and each one that opens lets the next one ask. All ' +
    'stay open, and an event to each proves it. Then they are closed by their clients, 60 every 10 ms. Whoever comes ' +
    'back after a cut comes with many at once, which costs another sum, and has a row of its own. 10,000 streams were ' +
    'opened and closed before. Each sum includes what the server does in the 1.5 s after, such as the log lines that ' +
    'it had put off; those of Runnel go into a pipe that is read, as in a container.',
  contenders: ALL_CONTENDERS,
  comparison: 'first ÷ other',
  figures: [
    {
      key: 'opening',
      name: 'CPU to open a stream',
      unit: 'µs',
      digits: 0,
      targets: [{ contender: 'node-http', of: 'ratio', atMost: 1.3 }],
    },
    { key: 'both', name: 'CPU to open and to close one', unit: 'µs', digits: 0, targets: [] },
  ],
  measure: async (prepared, amounts) => measureOpening(prepared, STEADY, amounts),
}

export async function measureOpening(
  { start }: Prepared,
  { streams, warmUpStreams }: Flow,
  amounts: Amounts,
): Promise<Values> {
  await using server = await start()
  await using load = await Load.start(server, 1, amounts)
  await load.rehearse(1)
  await load.subscribe(warmUpStreams)
  await close(load, warmUpStreams)
  await sleep(SETTLE)

  const before = server.cpuTime()
  await load.subscribe(streams)
  await sleep(SETTLE)
  const opening = server.cpuTime() - before
  await load.run(async () => load.publishAtOnce(1))
  const beforeClosing = server.cpuTime()
  await close(load, streams)
  await sleep(SETTLE)
  const closing = server.cpuTime() - beforeClosing
  return {
    opening: (opening * 1e6) / streams,
    both: ((opening + closing) * 1e6) / streams,
  }
}

async function close(load: Load, streams: number): Promise<void> {
  for (let left = streams; left > 0; left -= CLOSED_AT_ONCE) {
    await load.unsubscribe(Math.min(left, CLOSED_AT_ONCE))
    await sleep(CLOSING_INTERVAL)
  }
}
