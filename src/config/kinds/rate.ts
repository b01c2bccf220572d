import { bounded, type Kind } from './kind.ts'

/** How often a second something may be done. */
export function rate(min: number, max: number): Kind<number> {
  return bounded({
    name: 'rate',
    form: `a whole number a second from ${min} to ${max}`,
    min: String(min),
    max: String(max),
    read: (text) => (/^\d+$/.test(text) ? Number(text) : undefined),
    format: String,
  })
}
