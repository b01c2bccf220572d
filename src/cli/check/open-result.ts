import { quoteWhole } from '../../config/parsed.ts'
import { printable } from '../terminal.ts'
import type { CheckStream } from './check-stream.ts'
import { fail, type Finding } from './verdict.ts'

/** The result of an attempt to open the stream. */
export type Opening =
  | { readonly kind: 'open'; readonly stream: CheckStream }
  | NotYet
  | { readonly kind: 'refused'; readonly finding: Finding }

/** A failure that may pass by itself, so that a retry is worth it. */
export interface NotYet {
  readonly kind: 'not-yet'
  readonly reason: string
  /** The request did not fail, but no answer arrived in time. */
  readonly isSilent: boolean
  /** It hardly passes while the check waits by default. */
  readonly isLasting: boolean
  /** Undefined where the reason is as likely the address as the service or what stands in front. */
  readonly advice: string | undefined
}

export function notYet(
  reason: string,
  details: Partial<Pick<NotYet, 'isSilent' | 'isLasting' | 'advice'>> = {},
): NotYet {
  const { isSilent = false, isLasting = false, advice } = details
  return { kind: 'not-yet', reason, isSilent, isLasting, advice }
}

export function refused(found: string, advice?: string): Opening {
  return { kind: 'refused', finding: fail(found, advice) }
}

/** Text from another program, bounded and safe to print within a line. */
export function shown(text: string): string {
  return printable(quoteWhole(text))
}
