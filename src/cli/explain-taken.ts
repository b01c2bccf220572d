import { formatAddress } from '../config/kinds/address.ts'

/** Replaces the error of a taken port, since the system's message does not say what to do. `flags` can mend it. */
export function explainTaken(error: unknown, flags: string): unknown {
  if (!isTaken(error)) return error
  const address = formatAddress({ host: error.address, port: error.port })
  const advice = `choose another with ${flags}`
  return new Error(`expected ${address} to be free, something listens there: ${advice}`, {
    cause: error,
  })
}

/** What `listen` of `node:net` fails with. */
interface TakenError extends Error {
  readonly address: string
  readonly port: number
}

function isTaken(error: unknown): error is TakenError {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
}
