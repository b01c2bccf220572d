import { parsePosition } from '../../src/wire/position.ts'
import { NUMBERS } from './published-events.ts'

const DASH = 0x2d
const ZERO = 0x30
const NINE = 0x39

/** Reads the ids of one subscriber's events. Most have the epoch of the one before, and cost no allocation. */
export class PositionReader {
  /** Of the last position. */
  epoch = NUMBERS

  /** The offset in `epoch`; undefined if the id is no position. */
  read(id: string): number | undefined {
    const start = this.epoch.length + 1
    if (start > 1 && id.startsWith(this.epoch) && id.charCodeAt(start - 1) === DASH) {
      let offset = 0
      for (let at = start; at < id.length; at++) {
        const code = id.charCodeAt(at)
        if (code < ZERO || code > NINE) return undefined
        offset = offset * 10 + code - ZERO
      }
      return offset
    }
    const position = parsePosition(id)
    if (position === undefined) return undefined
    this.epoch = position.epoch
    return position.offset
  }
}
