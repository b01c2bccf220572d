import { z } from 'zod'

/**
 * The JSON document at `RUNNEL_CAPACITY_FILE`. `values` has the schema of each dotted key:
 * `connections.maxAge` is the key `maxAge` in the object `connections`. Every key is optional. An unknown
 * key is refused, since a slip in it would silently leave a fleet on its old limit.
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
