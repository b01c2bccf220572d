/**
 * Measures how slowly a client may read a busy channel before its stream is cut as stalled, with default settings
 * and default buffers of the kernel: `npm run bench:slow-readers`, four minutes.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { publishText } from '../test/support/clients/requests.ts'
import { spawnServe } from '../test/support/serve-process.ts'
import { SteadyReader } from '../test/support/clients/steady-reader.ts'

/** Bytes per second of each client, which reads a channel of its own. */
const RATES = [500, 1_000, 2_000, 4_000, 6_000, 8_000, 10_000, 20_000, 40_000, 80_000]
/** Milliseconds: eight times the default of RUNNEL_SUBSCRIBER_STALL. */
const DURATION = 240_000
/** Milliseconds between two events of each channel: more data than any client reads. */
const PAUSE = 200
const DATA = 'x'.repeat(48 * 1024)

await using serve = await spawnServe([])
await using readers = new AsyncDisposableStack()
for (const rate of RATES) {
  readers.use(await SteadyReader.open(serve.url, `/stream/${rate}`, rate))
}
const beganAt = performance.now()
while (performance.now() - beganAt < DURATION) {
  for (const rate of RATES) await publishText(serve.url, String(rate), DATA)
  await sleep(PAUSE)
}

for (const rate of RATES) {
  // The log line is used because the client would see the end only after all buffered bytes.
  const end = serve.lines.find(
    ({ msg, channels }) => msg === 'stream closed' && String(channels) === String(rate),
  )
  const outcome =
    end === undefined ? 'kept' : `${String(end['reason'])} after ${String(end['seconds'])} s`
  process.stdout.write(`${rate} bytes/s: ${outcome}\n`)
}
