import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { spawnChild } from '../support/child-process.ts'
import { describeWithTools } from '../support/describe-with-tools.ts'
import { eventually } from '../support/eventually.ts'
import { FaultProxy } from '../support/proxies/fault-proxy.ts'
import { toolPath } from '../support/rig-tools.ts'
import { startTestService } from '../support/service.ts'
import { startChangingProxy } from './changing-proxy.ts'

const SCRIPT = fileURLToPath(new URL('../../loadtest/k6/stream.ts', import.meta.url))
const SUBSCRIBERS = 20
const RATE = 20
const SECONDS = 3
/** k6's exit code where a threshold is crossed. */
const CROSSED = 99

interface Outcome {
  readonly exitCode: number | null
  readonly verdicts: readonly string[]
  readonly errors: string
}

async function runK6(variables: Readonly<Record<string, string>>): Promise<Outcome> {
  const env = {
    PATH: process.env['PATH'],
    // k6 reports its use to its makers, and fetches extensions that it does not have.
    K6_NO_USAGE_REPORT: 'true',
    K6_AUTO_EXTENSION_RESOLUTION: 'false',
    SUBSCRIBERS: String(SUBSCRIBERS),
    RATE: String(RATE),
    SECONDS: String(SECONDS),
    ...variables,
  }
  const path = await toolPath('k6')
  // No address of the machine is asked for its API.
  const args = ['run', '--quiet', '--address', '', SCRIPT]
  const child = spawnChild(path, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const outputs = Promise.all([text(child.stdout), text(child.stderr)])
  const [[output, errors]] = await Promise.all([outputs, once(child, 'close')])
  return { exitCode: child.exitCode, verdicts: output.trim().split('\n').toSorted(), errors }
}

/** Without those of times, which depend on how busy the machine is. */
function breachesOf(verdicts: readonly string[]): readonly string[] {
  return verdicts.filter((verdict) => !/^met |^not measured |^NOT MET +delivery /.test(verdict))
}

function exitCodeOf(verdicts: readonly string[]): number {
  return verdicts.some((verdict) => verdict.startsWith('NOT MET')) ? CROSSED : 0
}

describeWithTools('the script for k6', ['k6'], () => {
  test('a service that delivers meets the thresholds', async () => {
    await using service = await startTestService()
    const { exitCode, verdicts } = await runK6({ URL: service.url })
    expect(breachesOf(verdicts)).toEqual([])
    expect(verdicts).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^met +lost count<=0 \(0\)$/),
        expect.stringMatching(/ delivery p\(99\)<=500 \(\d/),
        expect.stringMatching(/^met +completeSubscribers count==20 \(20\)$/),
        'not measured by this script: falseGaps, silentAtEnd',
      ]),
    )
    expect(exitCode).toBe(exitCodeOf(verdicts))
  })

  test('a server that drops, repeats, swaps and damages events, and ends streams, is found out', async () => {
    await using service = await startTestService()
    let held = ''
    await using proxy = await startChangingProxy(service.url, (block, index) => {
      switch (index) {
        case 10:
          return []
        case 20:
          return [block, block]
        case 30:
          held = block
          return []
        case 31:
          return [block, held]
        case 40:
          return [block.slice(0, -1)]
        case 50:
          return [block, 'event: runnel.fault\ndata: {}']
        case 51:
          return [block, 'event: runnel.expire\ndata: {}']
        default:
          return [block]
      }
    })
    const { exitCode, verdicts } = await runK6({ URL: proxy.url })
    expect(verdicts.filter((verdict) => verdict.startsWith('NOT MET'))).toEqual([
      expect.stringMatching(/checks rate==1 \(0\)$/),
      expect.stringMatching(/corrupted count<=0 \(20\)$/),
      expect.stringMatching(/duplicated count<=0 \(20\)$/),
      expect.stringMatching(/expiries count<=0 \(20\)$/),
      expect.stringMatching(/faults count<=0 \(20\)$/),
      expect.stringMatching(/lost count<=0 \(20\)$/),
      expect.stringMatching(/reordered count<=0 \(20\)$/),
    ])
    expect(exitCode).toBe(CROSSED)
  })

  test('subscribers that are cut resume, and miss nothing', async () => {
    await using service = await startTestService()
    await using proxy = await FaultProxy.start(service.url)
    const running = runK6({ URL: proxy.url, PUBLISH_URL: service.url, RETRY: '0.1' })
    await eventually(() => {
      // The first two pieces of a stream are its head and its opening.
      if (proxy.pieces < 4 * SUBSCRIBERS) throw new Error('expected deliveries')
    })
    proxy.cut()
    const { exitCode, verdicts } = await running
    expect(breachesOf(verdicts)).toEqual([])
    expect([exitCode, proxy.connections]).toEqual([exitCodeOf(verdicts), 2 * SUBSCRIBERS])
  })

  test('an address that is none is refused with a sentence', async () => {
    const { exitCode, errors } = await runK6({ URL: 'service:8080' })
    expect(errors).toContain(
      'URL: expected an address such as http://127.0.0.1:8080, got service:8080',
    )
    expect(exitCode).not.toBe(0)
  })
})
