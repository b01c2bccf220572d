/** The number that an option has. Throws an error with a sentence for anything else. */
export function readWhole(option: string, text: string, min: number, max: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= min && value <= max) return value
  throw new Error(`expected a whole number from ${min} to ${max} for ${option}, got ${text}`)
}
