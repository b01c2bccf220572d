import { quote } from '../../config/parsed.ts'
import { printable } from '../terminal.ts'
import type { CheckStream } from './check-stream.ts'
import { fail, type Finding } from './verdict.ts'

/** What an attempt to open the stream has come to. */
export type Opening =
  | { readonly kind: 'open'; readonly stream: CheckStream }
  | NotYet
  | { readonly kind: 'refused'; readonly finding: Finding }

/** Time may heal it. */
export interface NotYet {
  readonly kind: 'not-yet'
  readonly reason: string
  /** Nothing failed, but nothing came either. */
  readonly isSilent: boolean
}

export function notYet(reason: string, isSilent = false): NotYet {
  return { kind: 'not-yet', reason, isSilent }
}

export function refused(found: string, advice?: string): Opening {
  return { kind: 'refused', finding: fail(found, advice) }
}

/** What others have written, as it may stand in a line of ours. */
export function shown(text: string): string {
  return printable(quote(text))
}
