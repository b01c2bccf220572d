/** The point of a channel's history right after the event of this offset; offset 0 is before the first event. */
export interface Position {
  /** Names one unbroken history: 8 characters of `[0-9A-Za-z]`. */
  readonly epoch: string
  /** The events of an epoch have the offsets 1, 2, 3 … without holes. Below 2^53. */
  readonly offset: number
}

const POSITION = /^([0-9A-Za-z]{8})-(0|[1-9][0-9]{0,15})$/

export function formatPosition(epoch: string, offset: number): string {
  return `${epoch}-${offset}`
}

/** Returns undefined for a text that `formatPosition` does not write. */
export function parsePosition(text: string): Position | undefined {
  const match = POSITION.exec(text)
  if (match === null) return undefined
  const offset = Number(match[2])
  return Number.isSafeInteger(offset) ? { epoch: match[1]!, offset } : undefined
}
