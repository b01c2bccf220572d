import { z } from 'zod'
import { integer, type Kind } from './kinds.ts'
import type { CapacityFile } from './live-settings.ts'
import { accept, quote, type Parsed } from './parsed.ts'
import { SETTINGS } from './settings.ts'

/** In bytes, far above any file that is meant. */
export const LONGEST_CAPACITY_FILE = 64 * 1024

/**
 * What a capacity file says. Its values have the bounds of the settings they beat, and a key that is not
 * known is refused: a slip in it would otherwise leave a fleet on its old limit without a word.
 */
export function parseCapacityFile(text: string): Parsed<CapacityFile> {
  const json = parseJson(text)
  if (!json.ok) return json
  const result = SCHEMA.safeParse(json.value)
  if (!result.success) {
    return { ok: false, problem: result.error.issues.map(describeIssue).join('; ') }
  }
  const { limit, connections, history, drain } = result.data
  return accept({
    maxStreams: limit,
    maxAge: connections?.maxAge,
    heartbeat: connections?.heartbeat,
    retry: connections?.retry,
    perPrincipal: connections?.perPrincipal,
    historyEvents: history?.events,
    historyAge: history?.age,
    drainWindow: drain?.window,
  })
}

const SCHEMA = section({
  limit: number(SETTINGS.MAX_STREAMS.kind),
  connections: section({
    maxAge: duration(SETTINGS.MAX_AGE.kind),
    heartbeat: duration(SETTINGS.HEARTBEAT.kind),
    retry: duration(SETTINGS.RETRY.kind),
    perPrincipal: number(integer(1, 1_000_000)),
  }).optional(),
  history: section({
    events: number(SETTINGS.HISTORY_EVENTS.kind),
    age: duration(SETTINGS.HISTORY_AGE.kind),
  }).optional(),
  drain: section({ window: duration(SETTINGS.DRAIN_WINDOW.kind) }).optional(),
})

function section<const Shape extends z.ZodRawShape>(shape: Shape) {
  const form = `expected only the keys ${Object.keys(shape).join(', ')}`
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return 'expected an object'
      return `${form}, got ${issue.keys.map((key) => quote(key)).join(', ')}`
    },
  })
}

function number(kind: Kind<number>) {
  const form = `expected a whole number, ${kind.range}`
  return z.number({ error: form }).transform(readAs(kind)).optional()
}

function duration(kind: Kind<number>) {
  const form = `expected a duration in quotes, ${kind.range}`
  return z.string({ error: form }).transform(readAs(kind)).optional()
}

function readAs(kind: Kind<number>) {
  return (written: string | number, context: z.core.$RefinementCtx): number => {
    const parsed = kind.parse(String(written))
    if (parsed.ok) return parsed.value
    context.issues.push({ code: 'custom', message: parsed.problem, input: written })
    return z.NEVER
  }
}

function parseJson(text: string): Parsed<unknown> {
  try {
    return accept(JSON.parse(text))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { ok: false, problem: `expected JSON: ${reason}` }
  }
}

function describeIssue({ path, message }: z.core.$ZodIssue): string {
  return path.length === 0 ? message : `${path.join('.')}: ${message}`
}
