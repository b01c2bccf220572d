/** Each way in which a stream ends: its span, its log line and its count agree. */
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test, vi } from 'vitest'
import { spawnChild } from '../support/child-process.ts'
import { openStreams, type Guest } from '../connections/many-streams.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { post, publishLines, publishText } from '../support/clients/requests.ts'
import { eventually } from '../support/eventually.ts'
import { MetricsReading } from '../support/metrics-reading.ts'
import { NetworkNamespace } from '../support/network-namespace.ts'
import { OtlpReceiver } from '../support/otlp-receiver.ts'
import { spawnServe, type ServeProcess } from '../support/serve-process.ts'

const FAIL_READS = new URL('fail-reads.ts', import.meta.url).href
const HOLD_STREAMS = fileURLToPath(new URL('../connections/hold-streams.ts', import.meta.url))
/** The contract's bound for a client that vanishes, in ms. */
const GONE_WITHIN = 45_000

interface Ending {
  readonly reason: string
  readonly by: 'client' | 'server'
  readonly isFailure: boolean
  readonly level: 'info' | 'warn'
  readonly flags?: readonly string[]
  readonly end: (serve: ServeProcess) => Promise<void>
}

async function openOne(serve: ServeProcess): Promise<Guest> {
  const [guest] = await openStreams(serve.url, 'orders', 1)
  return guest!
}

async function closed({ socket }: Guest): Promise<void> {
  if (!socket.closed) await once(socket, 'close')
}

const ENDINGS: readonly Ending[] = [
  {
    reason: 'client',
    by: 'client',
    isFailure: false,
    level: 'info',
    end: async (serve) => void (await openOne(serve)).socket.end(),
  },
  {
    reason: 'reset',
    by: 'client',
    isFailure: false,
    level: 'info',
    end: async (serve) => void (await openOne(serve)).socket.resetAndDestroy(),
  },
  {
    reason: 'noise',
    by: 'client',
    isFailure: false,
    level: 'warn',
    end: async (serve) => {
      const guest = await openOne(serve)
      guest.socket.write('x'.repeat(4_096 + 1))
      await closed(guest)
    },
  },
  {
    reason: 'age',
    by: 'server',
    isFailure: false,
    level: 'info',
    flags: ['--max-age=1s', '--heartbeat=50ms'],
    end: async (serve) => closed(await openOne(serve)),
  },
  {
    reason: 'drain',
    by: 'server',
    isFailure: false,
    level: 'info',
    flags: ['--drain-window=0s'],
    end: async (serve) => {
      const guest = await openOne(serve)
      await post(`${serve.adminUrl}/drain`, 'text/plain', '')
      await closed(guest)
    },
  },
  {
    reason: 'shed',
    by: 'server',
    isFailure: false,
    level: 'info',
    end: async (serve) => {
      const guest = await openOne(serve)
      await post(`${serve.adminUrl}/shed`, 'application/json', '{"count":1,"over":0}')
      await closed(guest)
    },
  },
  {
    reason: 'stalled',
    by: 'server',
    isFailure: true,
    level: 'warn',
    flags: [
      '--subscriber-stall=300ms',
      '--subscriber-buffer=16KiB',
      '--heartbeat=300ms',
      '--max-event=1MiB',
    ],
    end: async (serve) => {
      const { socket } = await openOne(serve)
      socket.pause()
      // The kernel takes megabytes for a client that does not read.
      for (let count = 0; count < 60; count++) {
        await publishText(serve.url, 'orders', 'x'.repeat(200 * 1024))
      }
    },
  },
  {
    reason: 'fault',
    by: 'server',
    isFailure: true,
    level: 'warn',
    flags: ['--history-events=10000'],
    end: async (serve) => {
      // More than one read brings.
      const lines = Array.from({ length: 500 }, (_, data) => ({ data }))
      for (let count = 0; count < 10; count++) await publishLines(serve.url, 'broken', lines)
      await using stream = await EventStream.open(`${serve.url}/stream/broken?from=earliest`)
      await stream.ended()
      expect(stream.events[0]?.event).toBe('runnel.open')
    },
  },
]

/** The span, the log line and the count of the one stream that has ended. */
async function expectAgreement(
  serve: ServeProcess,
  receiver: OtlpReceiver,
  { reason, by, isFailure, level }: Omit<Ending, 'end'>,
): Promise<void> {
  const lines = () => serve.lines.filter(({ msg }) => msg === 'stream closed')
  await eventually(() => expect(lines()).toHaveLength(1))
  expect(lines()).toMatchObject([{ reason, by, level }])
  const reading = await MetricsReading.of(serve.adminUrl)
  expect(reading.sum('runnel_streams_closed_total', { reason, by })).toBe(1)
  expect(reading.sum('runnel_streams_closed_total')).toBe(1)
  expect(reading.sum('runnel_active_streams')).toBe(0)

  const [span] = await receiver.take('close stream')
  const [line] = lines()
  expect(span?.status).toBe(isFailure ? 'error' : 'unset')
  expect(span?.attributes).toMatchObject({
    'runnel.stream': line?.['stream'],
    'runnel.close.reason': reason,
    'runnel.close.by': by,
    'runnel.stream.events': line?.['events'],
    'runnel.stream.bytes': line?.['bytes'],
    'runnel.stream.last_id': line?.['lastId'],
  })
  // The log line leads to the opening, to which the span is linked.
  expect(span?.links).toEqual([{ traceId: line?.['trace_id'], spanId: line?.['span_id'] }])
  expect(receiver.named('close stream')).toHaveLength(1)
}

test.for(ENDINGS)('$reason', async ({ end, flags = [], ...expected }) => {
  await using receiver = await OtlpReceiver.start()
  await using serve = await spawnServe(flags, {
    nodeFlags: ['--import', FAIL_READS],
    env: receiver.env,
  })
  await end(serve)
  await expectAgreement(serve, receiver, expected)
  expect(serve.errors).toEqual([])
})

test('vanished', { timeout: 120_000 }, async ({ skip }) => {
  skip(process.env['RUNNEL_TEST_NETNS'] === 'skip', 'RUNNEL_TEST_NETNS=skip: no network namespaces')
  await using namespace = await NetworkNamespace.create()
  await using receiver = await OtlpReceiver.start()
  const flags = [`--listen=${namespace.hostAddress}:0`, '--auth=none', '--heartbeat=1s']
  await using serve = await spawnServe(flags, { env: receiver.env })
  await using _client = await holdStream(namespace, serve.url)

  await namespace.cut()
  const isClosed = () => expect(serve.lines.at(-1)).toMatchObject({ msg: 'stream closed' })
  await vi.waitFor(isClosed, { timeout: GONE_WITHIN, interval: 100 })
  const expected = { reason: 'vanished', by: 'client', isFailure: true, level: 'warn' } as const
  await expectAgreement(serve, receiver, expected)
})

/** Opens a stream from within the namespace. */
async function holdStream(namespace: NetworkNamespace, url: string): Promise<AsyncDisposable> {
  const [command = '', ...wrapper] = namespace.wrapper
  const args = [...wrapper, process.execPath, HOLD_STREAMS, url, 'orders', '1']
  const child = spawnChild(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  expect(line).toBe('open')
  return {
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
    },
  }
}
