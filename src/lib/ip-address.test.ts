import { isIP } from 'node:net'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { IPV6_GROUPS, spellings } from '../../test/support/ip-arbitraries.ts'
import { canonicalAddress, clientNetwork } from './ip-address.ts'

test('an IPv6 address has one spelling, that of a URL', () => {
  // In the first 2^48 addresses are those that stand for IPv4, which a URL writes without dots.
  const spelled = IPV6_GROUPS.filter((groups) => groups.slice(0, 5).some((group) => group !== 0))
  fc.assert(
    fc.property(spelled.chain(spellings), (text) => {
      expect(`[${canonicalAddress(text)}]`).toBe(new URL(`http://[${text}]`).hostname)
    }),
    { numRuns: 2_000 },
  )
})

test('an IPv4 address is its own spelling, and that of the IPv6 address that it is mapped to', () => {
  const mapped = fc
    .ipV4()
    .chain((ipv4) => fc.tuple(fc.constant(ipv4), spellings([0, 0, 0, 0, 0, 0xffff, ...pair(ipv4)])))
  fc.assert(
    fc.property(mapped, ([ipv4, ipv6]) => {
      expect([canonicalAddress(ipv4), canonicalAddress(ipv6)]).toEqual([ipv4, ipv4])
    }),
    { numRuns: 2_000 },
  )
})

test.for([
  ['fe80::1%eth0', 'fe80::1'],
  ['::1%lo', '::1'],
  ['::ffff:192.0.2.1%eth0', '192.0.2.1'],
  ['::192.0.2.1', '::192.0.2.1'],
  ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
  ['::', '::'],
] as const)('%s is written %s', ([text, canonical]) => {
  expect(canonicalAddress(text)).toBe(canonical)
})

test.for([
  '',
  'localhost',
  '127.1',
  '010.0.0.1',
  '1.2.3.4%x',
  '[::1]',
  '::1:',
  '1.2.3.4:80',
  '::1\n',
])('%j is no address', (text) => {
  expect(canonicalAddress(text)).toBeUndefined()
})

test('a text is no address unless Node says that it is one', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...'0123456789abcdef:.%[]xF '.split('')) }),
      (text) => {
        expect(canonicalAddress(text) !== undefined).toBe(isIP(text) !== 0)
      },
    ),
    { numRuns: 5_000 },
  )
})

test('two IPv6 addresses are of one network where their first 64 bits are the same', () => {
  const host = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 4, maxLength: 4 })
  fc.assert(
    fc.property(IPV6_GROUPS, host, fc.nat({ max: 63 }), (groups, suffix, bit) => {
      const network = networkOf(groups)
      const other = groups.with(bit >> 4, groups[bit >> 4]! ^ (1 << (bit & 15)))

      expect(networkOf([...groups.slice(0, 4), ...suffix])).toBe(network)
      expect(networkOf(other)).not.toBe(network)
    }),
    { numRuns: 2_000 },
  )
})

test.for([
  ['192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8::/64'],
  ['2001:db8:0:1::', '2001:db8:0:1::/64'],
  ['::1', '::/64'],
  ['::1:2:3:4:5:6', '0:0:1:2::/64'],
  ['::192.0.2.1', '::/64'],
  ['fe80::1', 'fe80::/64'],
] as const)('limits count %s as %s', ([address, network]) => {
  expect(clientNetwork(address)).toBe(network)
})

/** As if IPv4-mapped addresses were not IPv4: those have an address of their own as network. */
function networkOf(groups: readonly number[]): string {
  const address = canonicalAddress(groups.map((group) => group.toString(16)).join(':'))!
  return isIP(address) === 4 ? '::/64' : clientNetwork(address)
}

/** The 32 bits of an IPv4 address as two groups of an IPv6 address. */
function pair(ipv4: string): [number, number] {
  const [a = 0, b = 0, c = 0, d = 0] = ipv4.split('.').map(Number)
  return [a * 256 + b, c * 256 + d]
}
