import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { spawnChild } from '../support/child-process.ts'
import { describeWithTools } from '../support/describe-with-tools.ts'
import { eventually } from '../support/eventually.ts'

const DEMO = fileURLToPath(new URL('../../demo/trace/main.ts', import.meta.url))

/** Runs the demo. What it starts ends with it at the latest. */
function startDemo(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  const child = spawnChild(process.execPath, [DEMO, ...args], { env: { ...process.env, ...env } })
  const demo = { child, output: '', errors: '', exited: once(child, 'close') }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (demo.output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (demo.errors += text))
  return demo
}

/** Every address that the demo has named. */
function addressesIn(output: string): readonly string[] {
  return [...new Set(output.match(/http:\/\/127\.0\.0\.1:\d+/g))]
}

async function expectSilence(addresses: readonly string[]): Promise<void> {
  for (const address of addresses) await expect(fetch(address)).rejects.toThrow('fetch failed')
}

describeWithTools('make trace-demo', ['jaeger'], () => {
  test('it draws the trace of an event that three processes got, one of them for a slow client', async () => {
    const demo = startDemo(['--once'])

    expect({ end: await demo.exited, errors: demo.errors }).toEqual({ end: [0, null], errors: '' })

    const [, traceId] = /with the trace ([0-9a-f]{32})\n/.exec(demo.output) ?? []
    expect(demo.output).toContain(`trace ${traceId}, `)
    for (const name of ['process-1', 'process-2', 'process-3', 'slow to stream']) {
      expect(demo.output).toContain(name)
    }
    const addresses = addressesIn(demo.output)
    // Jaeger and the processes.
    expect(addresses).toHaveLength(4)
    expect(demo.output).not.toMatch(/curl|in Jaeger:|\/metrics|Ctrl-C/)
    await expectSilence(addresses)
  })

  test.each(['SIGINT', 'SIGKILL'] as const)('after %s nothing of it is left', async (signal) => {
    const demo = startDemo()
    for (const step of ['published the event', 'runs until Ctrl-C']) {
      await eventually(() => {
        expect(demo.output).toContain(step)
      })
    }
    const [, traceId] = /in Jaeger: +http:\S+\/trace\/([0-9a-f]{32})\n/.exec(demo.output) ?? []
    expect(demo.output).toContain(`with the trace ${traceId}\n`)
    expect(demo.output).toContain("curl -i -H 'Runnel-Trace: 1'")
    const addresses = addressesIn(demo.output)
    // Jaeger, the processes, and what the second one listens on for admins.
    expect(addresses).toHaveLength(5)
    for (const address of addresses) expect((await fetch(address)).status).toBeLessThan(500)

    demo.child.kill(signal)

    expect(await demo.exited).toEqual(signal === 'SIGINT' ? [0, null] : [null, signal])
    await eventually(async () => expectSilence(addresses))
  })

  test('a web page that is not there, or a Jaeger that does not start, is an error that says so', async () => {
    const withoutPage = startDemo(['--once'], { JAEGER_UI: '/absent' })
    const withoutJaeger = startDemo(['--once'], { JAEGER: '/absent' })

    expect(await withoutPage.exited).toEqual([1, null])
    expect(withoutPage.errors).toBe(
      'JAEGER_UI: expected a folder with the file index.html, got /absent\n',
    )
    expect(await withoutJaeger.exited).toEqual([1, null])
    expect(withoutJaeger.errors).toMatch(/^\/absent did not start:.*No such file/s)
  })
})
