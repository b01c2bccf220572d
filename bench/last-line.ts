/** Of an error's message: where it has the output of a program, the last line says most. */
export function lastLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.trimEnd().split('\n').at(-1) ?? ''
}
