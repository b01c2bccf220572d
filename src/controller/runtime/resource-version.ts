/**
 * Whether a resource version is `other` or a later one of the same kind. Since KEP-5504 resource versions are
 * decimal numbers of any length that grow with each change of a kind's objects. Of texts that are none, only
 * equal ones are known to be in order.
 */
export function isAtLeast(version: string, other: string): boolean {
  if (!DECIMAL.test(version) || !DECIMAL.test(other)) return version === other
  if (version.length !== other.length) return version.length > other.length
  return version >= other
}

const DECIMAL = /^[1-9]\d*$/
