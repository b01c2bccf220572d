/** Shows the way of one event: from its publish, through the processes of a fleet, to their subscribers. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { endsWithParent } from '../../rig/servers/ends-with-parent.ts'
import { CHANNEL, publishTraced, publishUntil } from './publish.ts'
import { startJaeger, startProcesses } from './servers.ts'
import { openReader, openSlowReader } from './subscribers.ts'

const USAGE = `Usage: make trace-demo [ARGS=--once]

Starts Jaeger, Redis and three processes of the service on this machine, publishes an event, and shows its trace.

  --once     end then; by default Ctrl-C ends it

  JAEGER     path of a released Jaeger 2, in place of one that is built from its Go module
  JAEGER_UI  folder with the built web page of Jaeger: the Go module has none
`

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

/** Milliseconds for which the slow subscriber takes nothing of the traced event. */
const SLOWNESS = 1_000

const { promise: signal, resolve: onSignal } = Promise.withResolvers<NodeJS.Signals>()
process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
process.exit(await run())

async function run(): Promise<number> {
  const servers = new AsyncDisposableStack()
  try {
    const options = { once: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const
    const { values } = parseArgs({ options })
    if (values.help === true) {
      console.log(USAGE)
      return 0
    }
    const stays = values.once !== true
    await Promise.race([demonstrate(servers, stays), signal])
    if (stays) await signal
    return 0
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    return 1
  } finally {
    await servers.disposeAsync()
  }
}

async function demonstrate(servers: AsyncDisposableStack, stays: boolean): Promise<void> {
  say('starting Jaeger')
  const jaeger = servers.use(await startJaeger(process.env))
  say(`Jaeger: ${jaeger.url}`)
  const processes = await startProcesses(jaeger, servers)
  const [first, second] = [processes[0]!, processes[1] ?? processes[0]!]
  say(`processes of the service: ${processes.map(({ url }) => url).join(' ')}`)

  for (const { url } of [first, first, second]) servers.use(await openReader(url))
  const slowReader = servers.use(await openSlowReader(second.url))
  say('four subscribers; one of them stops to read, and is sent events until bytes wait for it')
  await publishUntil('runnel_buffered_bytes', first.url, second.adminUrl)

  const { id, traceId } = await publishTraced(first.url)
  say(`published the event ${id}, with the trace ${traceId}`)
  await setTimeout(SLOWNESS)
  slowReader.resume()

  say('waiting until all processes have sent their spans\n')
  await draw(traceId, jaeger.url)
  // Addresses of processes that end with the demo would lead nowhere.
  if (!stays) return
  console.log(`
The same in Jaeger:     ${jaeger.url}/trace/${traceId}
The processes measure:  ${second.adminUrl}/metrics
To trace another event: curl -i -H 'Runnel-Trace: 1' -H 'Content-Type: text/plain' -d hello ${first.url}/publish/${CHANNEL}
`)
  const { JAEGER, JAEGER_UI } = process.env
  if (JAEGER === undefined && JAEGER_UI === undefined) {
    say(
      'this Jaeger answers without a web page; JAEGER=path of a released one, or JAEGER_UI=folder, shows it',
    )
  }
  say('All of it runs until Ctrl-C.')
}

async function draw(traceId: string, jaeger: string): Promise<void> {
  const [file, ...args] = endsWithParent([
    process.execPath,
    MAIN,
    'trace',
    traceId,
    '--jaeger',
    jaeger,
  ])
  const child = spawn(file, args, { stdio: 'inherit' })
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`runnel trace ${traceId} --jaeger ${jaeger} ended with ${code}`)
}

function say(line: string): void {
  console.log(`▸ ${line}`)
}
