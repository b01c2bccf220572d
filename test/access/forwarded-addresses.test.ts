/** Addresses in `X-Forwarded-For` as proxies out there write them, and what else may stand there. */
import { isIP } from 'node:net'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { exchange, formatRequest } from '../support/clients/raw-response.ts'
import { CLIENT_ADDRESS } from '../support/ip-arbitraries.ts'
import { spawnServe } from '../support/serve-process.ts'
import { startTestService } from '../support/service.ts'

/** What stands in the header for one proxy, and the address that it tells, if any. */
interface Entry {
  readonly text: string
  readonly address: string | undefined
}

/** An address bare, in brackets, with a port, in quotes. */
const ADDRESS: fc.Arbitrary<Entry> = fc
  .tuple(CLIENT_ADDRESS, fc.integer({ min: 1, max: 65_535 }), fc.boolean(), fc.boolean())
  .chain(([{ text, canonical }, port, isBracketed, isQuoted]) => {
    const isIPv6 = text.includes(':')
    const host = isIPv6 && isBracketed ? `[${text}]` : text
    // Without brackets, the port of an IPv6 address could be a part of it.
    const forms = isIPv6 && !isBracketed ? [host] : [host, `${host}:${port}`]
    return fc
      .constantFrom(...forms)
      .map((form) => ({ text: isQuoted ? `"${form}"` : form, address: canonical }))
  })
const OTHER: fc.Arbitrary<Entry> = fc
  .oneof(
    fc.constantFrom('', 'unknown', '_hidden', 'unix:', '256.0.0.1', '[::1', '1.2.3.4:x', '::1]:80'),
    fc.constantFrom('{"level":"error"}', 'x'.repeat(2_000), 'a:1', '[]:1', ':1'),
    fc.string({ unit: fc.constantFrom(...'ghi.[]"\'\\ %{}\t'.split('')) }),
  )
  .map((text) => ({ text, address: undefined }))
const ENTRIES = fc.array(fc.oneof(ADDRESS, OTHER), { maxLength: 8 })

/** A service, and a request to it that gives the address which observers are told. */
async function startProxied(hops: number) {
  const addresses: string[] = []
  const polled = ({ request }: { readonly request: { readonly address: string } }) => {
    addresses.push(request.address)
  }
  const flags = { 'trusted-hops': String(hops) }
  const service = await startTestService(flags, undefined, [{ polled }])
  return {
    async ask(values: readonly string[]): Promise<string> {
      const headers = values.map((value) => `X-Forwarded-For: ${value}`)
      const request = formatRequest('/poll/a?wait=0', { headers })
      expect((await exchange(service.url, request)).status).toBe(200)
      return addresses.at(-1) ?? ''
    },
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  }
}

test.for([1, 2, 3])(
  'of %d trusted hops, the farthest that tells an address tells that of the client',
  async (hops) => {
    await using service = await startProxied(hops)
    await fc.assert(
      fc.asyncProperty(ENTRIES, fc.boolean(), async (entries, isSplit) => {
        const texts = entries.map(({ text }) => text)
        const address = await service.ask(isSplit ? texts : [texts.join(', ')])

        const believed = entries.slice(-hops).find((entry) => entry.address !== undefined)
        expect(address).toBe(believed?.address ?? '127.0.0.1')
      }),
      { numRuns: 300 },
    )
  },
)

test('whatever stands in the header, the client gets an address', async () => {
  await using service = await startProxied(2)
  const unit = fc.constantFrom(...'0123456789abcdef::..,%[]"x \t'.split(''))
  await fc.assert(
    fc.asyncProperty(fc.string({ unit, size: 'large' }), async (value) => {
      const address = await service.ask([value])

      expect(isIP(address)).not.toBe(0)
      expect(address).not.toMatch(/%|^::ffff:[\d.]+$/)
    }),
    { numRuns: 500 },
  )
})

test('log lines have the address in its one spelling, and nothing else of the header', async () => {
  const cases = [
    ['203.0.113.7:51234', '203.0.113.7'],
    ['[2001:DB8:0:0::7]:443', '2001:db8::7'],
    ['[2001:db8::7]', '2001:db8::7'],
    // No address has nine groups: the last one is the port.
    ['2001:db8:0:0:0:0:0:7:443', '2001:db8::7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['[::ffff:cb00:7107]:80', '203.0.113.7'],
    [`fe80::7%${'x'.repeat(1_000)}`, 'fe80::7'],
    ['unknown', '127.0.0.1'],
    ['{"level":"error","msg":"forged"}', '127.0.0.1'],
    ['203.0.113.7 forged', '127.0.0.1'],
  ] as const
  await using serve = await spawnServe(['--trusted-hops=1', '--drain-window=0s'])
  const clients = () => serve.lines.filter(({ msg }) => msg === 'stream opened').map(clientOf)
  for (const [index, [value]] of cases.entries()) {
    await using stream = await EventStream.open(`${serve.url}/stream/a`, {
      'X-Forwarded-For': value,
    })
    await stream.event('runnel.open')
    await eventually(() => expect(clients()).toHaveLength(index + 1))
  }
  expect(clients()).toEqual(cases.map(([, client]) => client))
})

test('limits count a client by its IPv4 address or the /64 of its IPv6 address', async () => {
  const limits = { 'trusted-hops': '1', 'max-per-address': '1' }
  await using service = await startTestService(limits)
  await using streams = new AsyncDisposableStack()
  const open = async (address: string) => {
    const headers = { 'X-Forwarded-For': address }
    const stream = streams.use(await EventStream.open(`${service.url}/stream/a`, headers))
    return stream.until(() => stream.events[0], 'an event')
  }
  for (const [first, same, other] of [
    ['203.0.113.7', '[::ffff:203.0.113.7]:443', '203.0.113.8'],
    ['2001:db8:1:2::1', '[2001:DB8:1:2:ffff:ffff:ffff:ffff]:80', '2001:db8:1:3::1'],
    ['2001:db8::1', '2001:db8:0:0:8000::', '2001:db8:0:1::1'],
    ['::2', '::1:0:0:2', '::1:0:0:0:2'],
  ] as const) {
    expect(await open(first)).toMatchObject({ event: 'runnel.open' })
    const { event, data } = await open(same)
    expect([same, event, data]).toEqual([same, 'runnel.full', expect.stringContaining('"client"')])
    expect(await open(other)).toMatchObject({ event: 'runnel.open' })
  }
})

function clientOf(line: Readonly<Record<string, unknown>>): unknown {
  return line['client']
}
