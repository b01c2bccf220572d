/** The values shared by several documents. */
import { z } from 'zod'
import { MAX_CHANNEL_LENGTH, MAX_CHANNELS, MAX_EVENT_NAME_BYTES } from '../wire/limits.ts'
import { IGNORED_NAMES, LIVE_SETTINGS } from './limits.ts'
import { millisecondsOf } from './milliseconds.ts'

/** The type of a document, deeply read-only. */
export type DocumentOf<Schema extends z.ZodType> = Immutable<z.infer<Schema>>

type Immutable<T> = T extends object ? { readonly [Key in keyof T]: Immutable<T[Key]> } : T

export const channelName = z
  .string()
  .regex(new RegExp(`^(?!\\.{1,2}$)[A-Za-z0-9._~:-]{1,${MAX_CHANNEL_LENGTH}}$`))
  .describe('Name of a channel.')

// A pattern counts characters, so the bound in bytes is in the description alone.
export const eventName = z
  .string()
  .regex(
    new RegExp(`^(?!runnel\\.|(?:error|open)$)[^\\p{Cc}\\p{Cs}]{1,${MAX_EVENT_NAME_BYTES}}$`, 'u'),
  )
  .describe(
    `Name of an event: 1 to ${MAX_EVENT_NAME_BYTES} bytes of UTF-8 without control characters. Names that start ` +
      'with "runnel.", "error" and "open" are taken.',
  )

// A pattern for the exact bound of the offset would be unreadable, so the description says it.
const POSITION = '[0-9A-Za-z]{8}-(?:0|[1-9][0-9]{0,15})'

export const position = z
  .string()
  .regex(new RegExp(`^${POSITION}$`))
  .describe('A position in the history of a channel: epoch and offset. The offset is below 2^53.')

export const cursor = z
  .string()
  .regex(new RegExp(`^${POSITION}(?:\\.${POSITION}){0,${MAX_CHANNELS - 1}}$`))
  .describe(
    'Sent back by a client to resume: a position, or one for each of its channels, joined by dots in ' +
      'byte order of the channel names. Treat it as opaque.',
  )

/** Absent where there are none. */
export const ignored = z
  .array(z.string().min(1).max(IGNORED_NAMES.bytes))
  .min(1)
  .max(IGNORED_NAMES.max)
  .optional()
  .describe(
    `Names in the query that mean nothing to the service: the first ${IGNORED_NAMES.max}, up to ` +
      `${IGNORED_NAMES.bytes} bytes of each.`,
  )

export const time = z
  .string()
  .regex(/^\d{4}-(?:0[1-9]|1[0-2])-(?:[0-2]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/)
  .describe('RFC 3339 in UTC with milliseconds.')

export const count = z.int().min(0)

/** In ms: the service scatters `RUNNEL_RETRY` by 50 to 150 %. */
const MAX_RETRY = 1.5 * millisecondsOf(LIVE_SETTINGS.retry.max)

export const retry = z
  .int()
  .min(0)
  .max(MAX_RETRY)
  .describe('Milliseconds until the client returns.')
