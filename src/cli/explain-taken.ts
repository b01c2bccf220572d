/** Replaces the error of a taken port, since the system's message does not say what to do. `flags` can mend it. */
export function explainTaken(error: unknown, flags: string): unknown {
  if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) return error
  const address = error.message.split(' ').at(-1)
  const advice = `choose another with ${flags}`
  return new Error(`expected ${address} to be free, something listens there: ${advice}`, {
    cause: error,
  })
}
