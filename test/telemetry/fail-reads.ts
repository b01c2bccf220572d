/**
 * Preloaded into a service (`--import`): reads in the middle of the channel `broken` fail as no caller expects. Those
 * that open a stream, at its beginning and its end, do not.
 */
import { MemoryLog } from '../../src/log/memory/memory-log.ts'

/** Its text has secrets in the places where such texts have them. */
const ERROR = 'cannot read redis://app:S3cr3t@127.0.0.1/0 with access_token=S3cr3t'
const MIDDLE = { first: 1, last: 4_000 }

const read = Reflect.get(MemoryLog.prototype, 'read')

MemoryLog.prototype.read = async function (this: MemoryLog, channel, range) {
  const isInMiddle = range.after >= MIDDLE.first && range.after <= MIDDLE.last
  if (channel === 'broken' && isInMiddle) throw new TypeError(ERROR)
  return read.call(this, channel, range)
}
