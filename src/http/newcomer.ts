import type { Context } from 'koa'
import type { Newcomer } from '../capacity/admission.ts'

/** Who is asking. Nobody has a principal while access is open. */
export function newcomerOf(ctx: Context): Newcomer {
  return { principal: '', address: ctx.ip }
}
