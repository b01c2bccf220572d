import { randomId } from '../../lib/random-id.ts'
import type { ChannelKeys } from '../../redis/keys.ts'
import { Script } from '../../redis/script.ts'
import type { Servers } from '../../redis/servers.ts'
import type { IdempotencyKey, NewEvent } from '../event-log.ts'
import { APPEND_SCRIPT } from './append-script.ts'
import type { Top } from './channel-top.ts'
import { asArray } from './parse-replies.ts'
import type { RedisLogBounds } from './redis-log-bounds.ts'

const APPEND = new Script(APPEND_SCRIPT)

/** Appends to one channel that are accepted or refused as one. */
export interface Section {
  readonly keys: ChannelKeys
  /** The known top of the channel. */
  readonly told: Top | undefined
  readonly appends: readonly (readonly NewEvent[])[]
}

interface Retention extends Omit<RedisLogBounds, 'publishAck'> {
  /** Ms that metadata is kept. */
  readonly keepFor: number
}

/**
 * Runs the script that appends. Resolves to its answer to each section; rejects with the errors of the server and of the
 * connection. A `key` belongs to the only section.
 */
export async function runAppend(
  to: Pick<Servers, 'commands'>,
  { historyEvents, historyBytes, historyAge, maxKeys, keepFor }: Retention,
  sections: readonly Section[],
  key: IdempotencyKey | undefined,
): Promise<readonly unknown[]> {
  const { keys: first } = sections[0]!
  const names = [first.incarnation]
  const args: (string | number)[] = [
    randomId(8),
    historyEvents,
    historyBytes,
    historyAge,
    keepFor,
    key?.key ?? '',
  ]
  if (key !== undefined) args.push(key.fingerprint, maxKeys)
  for (const { keys, told, appends } of sections) {
    names.push(keys.meta, keys.events)
    const known = told === undefined ? '' : `${told.epoch} ${told.offset} ${told.time}`
    args.push(keys.live, randomId(8), known, ...eventArguments(appends))
  }
  if (key !== undefined) names.push(first.keys, first.keyExpiry)
  return asArray(await APPEND.run(to, names, args))
}

/**
 * The shape of the events, the number of their values, and these. The shape is how many values each event has, those of
 * a trace only where some event has one; of several appends also the number of events of each; and the bytes of each
 * value, as in `2:1,1 7 200 7 200`.
 */
function eventArguments(appends: readonly (readonly NewEvent[])[]): readonly (string | number)[] {
  const events = appends.flat()
  const counts = appends.length === 1 ? '' : `:${appends.map(({ length }) => length).join(',')}`
  const isTraced = events.some(({ trace }) => trace !== undefined)
  const values = isTraced
    ? events.flatMap(({ name, data, trace }) => [
        name,
        data,
        trace?.traceparent ?? '',
        trace?.tracestate ?? '',
      ])
    : events.flatMap(({ name, data }) => [name, data])
  const sizes = values.map((value) => Buffer.byteLength(value))
  return [`${isTraced ? 4 : 2}${counts} ${sizes.join(' ')}`, values.length, ...values]
}
