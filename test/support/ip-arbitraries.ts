/** Addresses as random input, in all spellings that RFC 4291, section 2.2, allows. */
import * as fc from 'fast-check'

/** The eight numbers of an IPv6 address. Many are zero, as in real ones. */
export const IPV6_GROUPS: fc.Arbitrary<number[]> = fc.array(
  fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xff }), fc.integer({ min: 0, max: 0xffff })),
  { minLength: 8, maxLength: 8 },
)

/** Spellings of one IPv6 address: cases of letters, leading zeros, any run of zeros as `::`, the end with dots. */
export function spellings(groups: readonly number[]): fc.Arbitrary<string> {
  const choices = fc.record({
    isDotted: fc.boolean(),
    widths: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 8, maxLength: 8 }),
    isUpper: fc.boolean(),
    from: fc.nat({ max: 7 }),
    length: fc.nat({ max: 8 }),
  })
  return choices.map(({ isDotted, widths, isUpper, from, length }) => {
    const parts = groups.map((group, index) => group.toString(16).padStart(widths[index]!, '0'))
    if (isDotted) parts.splice(6, 2, groups.slice(6).flatMap(bytesOf).join('.'))
    const to = Math.min(from + length, isDotted ? 6 : 8)
    const isCompressed = to > from && groups.slice(from, to).every((group) => group === 0)
    const text = isCompressed
      ? `${parts.slice(0, from).join(':')}::${parts.slice(to).join(':')}`
      : parts.join(':')
    return isUpper ? text.toUpperCase() : text
  })
}

/** A client's address: in some spelling, and in the one that people are told. */
export interface SpelledAddress {
  readonly text: string
  readonly canonical: string
}

/** IPv4, IPv6, and IPv4 mapped into IPv6. */
export const CLIENT_ADDRESS: fc.Arbitrary<SpelledAddress> = fc
  .tuple(fc.constantFrom('ipv4', 'ipv6', 'mapped'), IPV6_GROUPS)
  .chain(([kind, [, , ...rest]]) => {
    const [high = 0, low = 0] = rest.slice(-2)
    const ipv4 = [high, low].flatMap(bytesOf).join('.')
    const ipv6 = [0x2001, 0xdb8, ...rest]
    const canonical =
      kind === 'ipv6' ? new URL(`http://[${hexOf(ipv6)}]`).hostname.slice(1, -1) : ipv4
    if (kind === 'ipv4') return fc.constant({ text: ipv4, canonical })
    const groups = kind === 'ipv6' ? ipv6 : [0, 0, 0, 0, 0, 0xffff, high, low]
    return spellings(groups).map((text) => ({ text, canonical }))
  })

function bytesOf(group: number): [number, number] {
  return [group >> 8, group & 0xff]
}

function hexOf(groups: readonly number[]): string {
  return groups.map((group) => group.toString(16)).join(':')
}
