import { formatAddress } from '../../config/kinds/address.ts'
import { formatDuration } from '../../config/kinds/duration.ts'
import { LIVE_SETTINGS } from '../../schema/limits.ts'
import type { Command, CommandIo } from '../command.ts'
import { REQUEST_USAGE } from '../request/request-usage.ts'
import { checkDelivery } from './check-delivery.ts'
import { checkIdle } from './check-idle.ts'
import {
  prepareCheck,
  readCheckArguments,
  type CheckAttempt,
  type CheckOrder,
} from './check-arguments.ts'
import { formatArrival } from './delivery.ts'
import { formatVerdict } from './verdict.ts'

const USAGE = `Usage: runnel check URL [options]

Says whether events arrive on time through whatever stands in front of the service: publishes events
on a fresh channel, one by one, and reads them from a stream. Exit code 0 if all is well, 1 if not.

  --publish-url URL      where to publish; default URL, but a public side often takes no publishes
  --connect HOST[:PORT]  where the stream connects instead of to the host of URL, which stays the
                         name that is asked for (Host header, TLS)
  --events N             how many to publish, at most 1000; default 5
  --every TIME           pause between them, 10ms to 1m; default 300ms
  --late TIME            how long an event may take from the start of its publish to its arrival,
                         10ms to 1m; default 1s
  --wait TIME            how long to try until the stream opens, and again while pods are replaced,
                         1s to 10m; default 30s, but not at all where nothing listens or TLS fails
  --idle                 then also hold a stream without events until its heartbeat, to see whether
                         something cuts it before; takes as long as RUNNEL_HEARTBEAT, ${LIVE_SETTINGS.heartbeat.default} by default
  -h, --help             this text
${REQUEST_USAGE}`

/** Prints each step as it happens, and one verdict a check. */
export const check: Command = async (args, io) => {
  const order = readCheckArguments(args)
  if (order === 'help') {
    io.write(USAGE)
    return 0
  }
  const ending = new AbortController()
  const { promise: signaled, resolve: onSignaled } = Promise.withResolvers<void>()
  const stopListening = io.onSignal((name) => {
    ending.abort(new Error(`ended by ${name} before there was a verdict`))
    onSignaled()
  })
  try {
    const isPassed = await runChecks(await prepareCheck(order, io.env), io, ending.signal)
    return isPassed ? 0 : 1
  } finally {
    // A reader that has stopped reading must not delay a signal.
    await Promise.race([io.flush(), signaled])
    stopListening()
  }
}

async function runChecks(order: CheckOrder, io: CommandIo, signal: AbortSignal): Promise<boolean> {
  const { late } = order
  for (const run of order.idle ? [checkDelivery, checkIdle] : [checkDelivery]) {
    const verdict = await run(order, {
      signal,
      onBegin: (attempt) => {
        io.write(describe(attempt))
      },
      onWait: (reason) => {
        io.writeError(`runnel check: waiting for the stream: ${reason}\n`)
      },
      onArrival: (arrival) => {
        io.write(formatArrival(arrival, { late, hasColors: io.hasColors }))
      },
      onIdle: (heartbeat) => {
        io.write(`idle     until the heartbeat, which comes every ${formatDuration(heartbeat)}\n`)
      },
    })
    // A check that a signal interrupted has no valid verdict.
    signal.throwIfAborted()
    io.write(formatVerdict(verdict, io.hasColors))
    // Where events do not arrive, a heartbeat would not either.
    if (!verdict.isPassed) return false
  }
  return true
}

function describe({ streamUrl, connect, publishUrl, channel }: CheckAttempt): string {
  const facts = [
    ['stream', streamUrl.href],
    ['connect', connect === undefined ? undefined : formatAddress(connect)],
    ['publish', publishUrl.href],
    ['channel', channel],
  ]
  const lines = facts.map(([name = '', fact]) =>
    fact === undefined ? '' : `${name.padEnd(9)}${fact}\n`,
  )
  return lines.join('')
}
