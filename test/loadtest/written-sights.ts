/** Short words for what a publisher recorded and what a subscriber saw. */
import type { PublishedChannel } from '../../loadtest/driver/commands.ts'
import { writePayload } from '../../loadtest/driver/payload.ts'
import { RUN_ID } from './driven-load.ts'
import { CHANNEL, type Sight } from './served-channel.ts'

/** Event `n` is due at `10 n`. */
export function recordOf(...outcomes: string[]): PublishedChannel {
  return { channel: CHANNEL, outcomes, dues: outcomes.map((_, index) => 10 * (index + 1)) }
}

export const opened = (at: number): Sight => ({ kind: 'opened', at })
export const told = (event: string, id: string, data: object, at = 1): Sight => ({
  kind: 'event',
  event,
  id,
  data: JSON.stringify(data),
  at,
})
export const open = (id: string) => told('runnel.open', id, {})
export const unbound = (reason: string, id: string, at: number) =>
  told('runnel.gap', id, { channel: CHANNEL, reason, from: null, to: null, missed: null }, at)
export const trimmed = (from: string, to: string, at: number) =>
  told('runnel.gap', to, { channel: CHANNEL, reason: 'trimmed', from, to, missed: 1 }, at)
export const received = (number: number, id: string): Sight => ({
  kind: 'event',
  event: 'message',
  id,
  data: writePayload(RUN_ID, 10 * number, number, 64),
  at: 10 * number,
})
