import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { createGzip } from 'node:zlib'
import { expect, test } from 'vitest'
import { startTestService } from '../support/service.ts'
import { beginAnswer, isPublished, onBlock, startCheckProxy, type Relay } from './check-proxy.ts'
import { startStubService } from './stub-service.ts'
import { runCommand } from './run-command.ts'
import { FaultProxy } from '../support/proxies/fault-proxy.ts'

/** Flags with which a check passes on a loaded machine. */
const PATIENT = ['--late=1m', '--every=10ms']

/** Checks a service through a proxy. `advice` is on one line. */
async function checkThrough(relay: Relay, args: readonly string[], flags = {}) {
  await using service = await startTestService(flags)
  await using proxy = await startCheckProxy(service.url, { relay })
  return verdictOf(await runCommand(['check', proxy.url, ...args]))
}

function verdictOf({ code, output, errors }: Awaited<ReturnType<typeof runCommand>>) {
  const [, word, found, advice = ''] = /^(\w+) {2}delivery: (.*)\n([^]*)/m.exec(output) ?? []
  return { code, word, found, advice: advice.replace(/\s+/g, ' ').trim(), output, errors }
}

test('a proxy that passes events on passes, with the request headers of a browser', async () => {
  await using service = await startTestService()
  await using proxy = await startCheckProxy(service.url)

  const { code, output } = await runCommand(['check', proxy.url, ...PATIENT])

  expect(output).toContain('pass  delivery: 5 of 5 events came on time')
  expect(code).toBe(0)
  expect(proxy.requests).toMatchObject([
    { accept: 'text/event-stream', 'accept-encoding': 'gzip, deflate, br, zstd' },
  ])
})

test('a proxy that holds events back until there are many of them buffers', async () => {
  const { code, word, found, advice, output } = await checkThrough(holdUntil(3), [
    '--events=3',
    '--every=600ms',
    '--late=500ms',
  ])

  expect({ code, word }).toEqual({ code: 1, word: 'fail' })
  // The third event arrived as it was sent, unless the machine is slow.
  expect(found).toMatch(
    /^[23] of 3 events came late, the slowest after \d{4,} ms, and events came together$/,
  )
  expect(advice).toMatch(/^Something on the way buffers the answer\. .+ nginx: proxy_buffering off/)
  expect(output).toMatch(/^event 1 .+ after +\d{4,} ms, late$/m)
})

test('a proxy that holds all events back buffers: the service has them', async () => {
  const { code, found, advice } = await checkThrough(holdUntil(Infinity), [
    '--events=2',
    '--wait=1s',
  ])

  expect(code).toBe(1)
  expect(found).toBe('2 of 2 events did not come within 5s after the last publish')
  expect(advice).toMatch(/^The service has them\. Something on the way buffers the answer\./)
})

test('a proxy that holds back all but the head is detected', async () => {
  const { code, found, advice } = await checkThrough(beginAnswer, ['--events=1', '--late=100ms'])

  expect(code).toBe(1)
  expect(found).toMatch(/^1 of 1 events did not .+, nor did the beginning of the stream$/)
  expect(advice).toMatch(/^The service has them\. Something on the way buffers the answer\./)
})

test('a proxy that holds back the head as well does not hold back polls', async () => {
  const { code, found, advice } = await checkThrough(() => {}, ['--wait=1s'])

  expect(code).toBe(1)
  expect(found).toBe('no stream within 1s: no answer came for 1s')
  expect(advice).toMatch(/^Polls are answered\. Something on the way buffers the answer\./)
})

test('events published to another service are distinguished from events held back', async () => {
  await using other = await startTestService()
  await using service = await startTestService()

  const args = ['check', service.url, '--publish-url', other.url, '--events=1', '--wait=1s']
  const { code, found, advice } = verdictOf(await runCommand(args))

  expect(code).toBe(1)
  expect(found).toBe('1 of 1 events did not come within 5s after the last publish')
  expect(advice).toMatch(
    /^The service that answers at URL does not have them\. --publish-url leads/,
  )
})

test('a proxy that compresses fails, since browsers let it', async () => {
  const { code, found, advice } = await checkThrough(compress, [])

  expect(code).toBe(1)
  expect(found).toBe('expected the stream as it is, got it compressed (Content-Encoding: "gzip")')
  expect(advice).toContain('Cache-Control: no-transform')
})

test('an event that comes twice fails', async () => {
  const { code, found } = await checkThrough(repeat, PATIENT)

  expect({ code, found }).toEqual({ code: 1, found: 'event 1 came twice' })
})

test('events that come in another order fail', async () => {
  const { code, found } = await checkThrough(swap, [...PATIENT, '--events=2'])

  expect({ code, found }).toEqual({ code: 1, found: 'event 1 came after event 2' })
})

test.for([
  ['ends', /: it ended without a closing event$/],
  ['breaks', /: the connection broke \(.+\)$/],
  ['is reset', /: the connection broke \(.+\)$/],
] as const)('a stream that %s in the middle fails', async ([way, reason]) => {
  const relay: Relay = (answer, response) => {
    beginAnswer(answer, response)
    onBlock(answer, (block) => {
      response.write(block, () => {
        if (!isPublished(block)) return
        if (way === 'ends') response.end()
        else if (way === 'breaks') response.destroy()
        else response.socket?.resetAndDestroy()
      })
    })
  }
  const { code, found, advice } = await checkThrough(relay, PATIENT)

  expect(code).toBe(1)
  expect(found).toMatch(/^the stream was cut when 1 of 5 events had come: /)
  expect(found).toMatch(reason)
  expect(advice).toContain('Envoy: the timeout of the route')
})

test('a service that drains in the middle is distinguished from a cut', async () => {
  const { code, found, advice } = await checkThrough(holdUntil(Infinity), ['--late=1m'], {
    'max-age': '500ms',
  })

  expect(code).toBe(1)
  expect(found).toBe('the service closed the stream (runnel.expire) when 0 of 5 events had come')
  expect(advice).toContain('Check again')
})

test('events of other publishers are ignored', async () => {
  const { code, output } = await checkThrough(addForeign, PATIENT)

  expect(output.match(/^event \d/gm)).toEqual([1, 2, 3, 4, 5].map((event) => `event ${event}`))
  expect(code).toBe(0)
})

test('a line longer than any event cuts the stream', async () => {
  const { code, found } = await checkThrough(sendLongLine, PATIENT)

  expect(code).toBe(1)
  expect(found).toMatch(/^the stream was cut when 0 of 5 .+: expected lines of at most \d+ bytes/)
})

test('a refused publish fails, with advice where to publish', async () => {
  await using service = await startTestService()
  await using stub = await startStubService(() => 403)

  const args = ['check', service.url, '--publish-url', stub.url]
  const { code, found, advice } = verdictOf(await runCommand(args))

  expect({ code, found }).toEqual({
    code: 1,
    found: 'the publish of event 1 failed: not now (status 403)',
  })
  expect(advice).toContain('--publish-url')
})

test('a publish whose reply is lost is repeated, and its event comes once', async () => {
  await using service = await startTestService()
  await using proxy = await FaultProxy.start(service.url)
  proxy.faults.repliesToLose = 2

  const args = ['check', service.url, '--publish-url', proxy.url, ...PATIENT]
  const { code, word, output } = verdictOf(await runCommand(args))

  expect({ code, word }).toEqual({ code: 0, word: 'pass' })
  expect(output.match(/^event \d/gm)).toEqual([1, 2, 3, 4, 5].map((event) => `event ${event}`))
  expect(proxy.connections).toBeGreaterThan(2)
})

test('a publish without an answer ends the check', async () => {
  await using service = await startTestService()
  const silent = createServer(() => {})
  await once(silent.listen(0, '127.0.0.1'), 'listening')
  const { port } = silent.address() as AddressInfo

  const args = ['check', service.url, `--publish-url=http://127.0.0.1:${port}`]
  const { code, found, advice } = verdictOf(await runCommand(args))
  silent.close()

  // The URL for publishes is given, so the advice is about the network.
  expect(advice).toMatch(/^Is the address for publishes right, .+ a firewall/)
  expect({ code, found }).toEqual({
    code: 1,
    found: 'the publish of event 1 was not answered within 5s',
  })
})

/** Holds published events back until there are `count` of them. */
function holdUntil(count: number): Relay {
  return (answer, response) => {
    beginAnswer(answer, response)
    let held: string[] = []
    onBlock(answer, (block) => {
      if (!isPublished(block)) {
        response.write(block)
        return
      }
      held.push(block)
      if (held.length < count) return
      response.write(held.join(''))
      held = []
    })
  }
}

const compress: Relay = (answer, response) => {
  answer.headers['content-encoding'] = 'gzip'
  beginAnswer(answer, response)
  answer.pipe(createGzip()).pipe(response)
}

const repeat: Relay = (answer, response) => {
  beginAnswer(answer, response)
  onBlock(answer, (block) => response.write(isPublished(block) ? block.repeat(2) : block))
}

/** The first published event comes after the second. */
const swap: Relay = (answer, response) => {
  beginAnswer(answer, response)
  let held = ''
  onBlock(answer, (block) => {
    if (isPublished(block) && held === '') held = block
    else response.write(isPublished(block) ? block + held : block)
  })
}

const addForeign: Relay = (answer, response) => {
  answer.headers['content-encoding'] = 'identity'
  beginAnswer(answer, response)
  const foreign = ['data: 6', 'data: 0', 'data: text', 'event: other\ndata: 1']
  onBlock(answer, (block) => response.write(`${block}${foreign.join('\n\n')}\n\n`))
}

const sendLongLine: Relay = (answer, response) => {
  beginAnswer(answer, response)
  onBlock(answer, (block) => {
    response.write(isPublished(block) ? `:${'x'.repeat(5 * 1024 * 1024)}` : block)
  })
}
