import { withoutCredentials } from '../lib/without-credentials.ts'

/** A value or its problem. Problems are returned, not thrown, so that all can be reported at once. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | Unusable

export interface Unusable {
  readonly ok: false
  readonly problem: string
}

export function accept<T>(value: T): Parsed<T> {
  return { ok: true, value }
}

/** The problem of a value in a wrong form; `hint` says how to mend it. */
export function refuse(form: string, got: string, hint?: string): Unusable {
  const problem = `expected ${form}, got ${quote(got)}`
  return { ok: false, problem: hint === undefined ? problem : `${problem}: ${hint}` }
}

const LONGEST_QUOTE = 80

/** A value as one line of bounded length, even for text with line breaks, and without credentials. */
export function quote(text: string): string {
  return quoteWhole(withoutCredentials(text))
}

/** The same for text that the user has not written, such as the answer of a server. */
export function quoteWhole(text: string): string {
  return JSON.stringify(text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text)
}
