import { accept, refuse } from '../parsed.ts'
import type { Kind } from './kind.ts'

/** A text that a pattern describes; `form` says the same in words. */
export function matchingText(form: string, pattern: RegExp): Kind<string> {
  return {
    name: 'text',
    range: form,
    parse: (text) => (pattern.test(text) ? accept(text) : refuse(form, text)),
    format: String,
  }
}
