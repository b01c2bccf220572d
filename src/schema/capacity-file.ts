import { z } from 'zod'

/**
 * The JSON document at `RUNNEL_CAPACITY_FILE`. `values` says what may stand at each dotted key:
 * `connections.maxAge` is the key `maxAge` in the object `connections`. Every key may be left out. One
 * that is not known is refused: a slip in it would leave a fleet on its old limit without a word.
 */
export function capacityFileSchema(values: Readonly<Record<string, z.ZodType>>): z.ZodType {
  const sections = new Map<string, Record<string, z.ZodType>>()
  const shape: Record<string, z.ZodType> = {}
  for (const [dotted, value] of Object.entries(values)) {
    const [key = '', ...rest] = dotted.split('.')
    if (rest.length === 0) {
      shape[key] = value.optional()
      continue
    }
    const section = sections.get(key) ?? {}
    section[rest.join('.')] = value
    sections.set(key, section)
    shape[key] = capacityFileSchema(section).optional()
  }
  const form = `expected only the keys ${Object.keys(shape).join(', ')}`
  return z.strictObject(shape, {
    error: ({ code }) => (code === 'unrecognized_keys' ? form : 'expected an object'),
  })
}
