import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test, vi } from 'vitest'
import { spawnChild } from '../support/child-process.ts'
import { eventually } from '../support/eventually.ts'
import { NetworkNamespace } from '../support/network-namespace.ts'
import { publishText } from '../support/clients/requests.ts'
import { countClosed, countDescriptors, readCounts } from '../support/resources.ts'
import { spawnServe } from '../support/serve-process.ts'

const CLIENTS = 250
/** The contract's bound, in ms, with the default heartbeat. */
const GONE_WITHIN = 45_000

test(
  'clients whose link is cut are gone within 45 seconds',
  { timeout: 180_000 },
  async ({ skip }) => {
    skip(
      process.env['RUNNEL_TEST_NETNS'] === 'skip',
      'RUNNEL_TEST_NETNS=skip: no network namespaces',
    )
    await using namespace = await NetworkNamespace.create()
    await using serve = await spawnServe([`--listen=${namespace.hostAddress}:0`, '--auth=none'])
    const descriptors = countDescriptors(serve)
    await using clients = holdStreams(namespace, serve.url)
    await clients.line('open')
    await publishText(serve.url, 'far', 'for everyone', { headers: { Connection: 'close' } })
    await clients.line('received')
    expect(await readCounts(serve)).toMatchObject({ subscribers: CLIENTS })

    await namespace.cut()
    const cutAt = Date.now()

    await vi.waitFor(
      () => {
        expect(countClosed(serve, 'far', 'vanished')).toBe(CLIENTS)
      },
      // Of this process too: whether it was in time, the log lines say.
      { timeout: 2 * GONE_WITHIN, interval: 100 },
    )
    const closings = serve.lines.filter((line) => line['msg'] === 'stream closed')
    const lastAt = Math.max(...closings.map((line) => Date.parse(String(line['time']))))
    expect(lastAt - cutAt).toBeLessThan(GONE_WITHIN)
    expect(await readCounts(serve)).toMatchObject({ subscribers: 0 })
    await eventually(() => {
      expect(countDescriptors(serve)).toBe(descriptors)
    })
  },
)

/** Runs the clients inside the namespace. */
function holdStreams(namespace: NetworkNamespace, url: string) {
  const script = fileURLToPath(new URL('hold-streams.ts', import.meta.url))
  const [command = '', ...args] = namespace.wrapper
  const child = spawnChild(
    command,
    [...args, process.execPath, script, url, 'far', String(CLIENTS)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const lines: string[] = []
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
  return {
    async line(expected: string): Promise<void> {
      await eventually(() => {
        if (!lines.includes(expected))
          throw new Error(`expected the line ${expected}, got ${lines.join()}`)
      })
    },
    async [Symbol.asyncDispose](): Promise<void> {
      child.kill('SIGKILL')
    },
  }
}
