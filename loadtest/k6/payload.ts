/** The data of an event: `<run id>.<due>.<number>.` and filler. `due` is the time at which it was to be published. */
export interface Stamp {
  /** Microseconds since 1970. */
  readonly due: number
  readonly number: number
}

const FILLER = 'x'
/** In place of the number, in the event after which nothing follows. */
const END = 0

export function writePayload(runId: string, { due, number }: Stamp, bytes: number): string {
  return `${runId}.${Math.round(due)}.${number}.`.padEnd(bytes, FILLER)
}

/** `foreign` for an event of another run, and `damaged` for one that is not as it was written. */
export function readPayload(
  runId: string,
  data: string,
  bytes: number,
): Stamp | 'foreign' | 'damaged' {
  if (!data.startsWith(`${runId}.`)) return 'foreign'
  const [, due = '', number = ''] = data.split('.')
  const stamp = { due: Number(due), number: Number(number) }
  return writePayload(runId, stamp, bytes) === data ? stamp : 'damaged'
}

export function endOf(due: number): Stamp {
  return { due, number: END }
}

export function isEnd({ number }: Stamp): boolean {
  return number === END
}
