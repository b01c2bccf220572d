import type { Context } from 'koa'
import type { ClientIdentity } from '../capacity/admission.ts'

/** Who is asking. Nobody has a principal while access is open. */
export function identifyClient(ctx: Context): ClientIdentity {
  return { principal: '', address: ctx.ip }
}
