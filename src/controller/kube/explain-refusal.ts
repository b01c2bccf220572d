import { z } from 'zod'
import { ClusterError, type ClusterErrorReason } from '../cluster/cluster-error.ts'
import { describeCall, resourceOf, type ApiCall } from './api-call.ts'

/** How the API server tells of an error, in answers and in watches. */
const statusSchema = z.object({
  kind: z.literal('Status'),
  code: z.number().optional(),
  reason: z.string().optional(),
  message: z.string().optional(),
  details: z.object({ retryAfterSeconds: z.number().optional() }).optional(),
})

const ADVICE: { readonly [reason in ClusterErrorReason]?: string } = {
  unauthorized:
    ' The credentials are not accepted: check the service account token of the pod, or the user of the kubeconfig.',
  unreadable: ' Check the address of the API server, and what stands between.',
}

type Status = z.infer<typeof statusSchema>

export interface Refusal {
  readonly code: number
  /** Undefined where something other than the API server has answered. */
  readonly status: Status | undefined
  /** The header, in seconds. */
  readonly retryAfter?: string | undefined
}

/** Undefined where it is no status. */
export function parseStatus(value: unknown): Status | undefined {
  return statusSchema.safeParse(value).data
}

export function explainRefusal(call: ApiCall, refusal: Refusal): ClusterError {
  const { code, status } = refusal
  const reason = classify(refusal)
  const said = status?.message ?? describeForeign(code)
  const message = `Cannot ${describeCall(call)}: ${endSentence(said)}${adviceFor(reason, call)}`
  return new ClusterError(reason, message, { status: code, retryAfter: pauseOf(refusal) })
}

/** Outside what it serves, the API server itself answers 404 in plain text. */
function describeForeign(code: number): string {
  if (code === 404) return 'the API server does not serve this; is the CRD installed?'
  return `the answer is none of an API server (status ${code})`
}

function classify({ code, status }: Refusal): ClusterErrorReason {
  switch (code) {
    case 401:
      return 'unauthorized'
    case 403:
      // Admission (Pod Security, quotas, a namespace that ends) refuses with 403, too.
      return status?.message?.includes(' cannot ') === false ? 'invalid' : 'forbidden'
    case 404:
      return 'not-found'
    case 409:
      return status?.reason === 'AlreadyExists' ? 'already-exists' : 'conflict'
    case 410:
      return 'expired'
    case 429:
      return 'too-many-requests'
    default:
      if (code >= 500) return 'unavailable'
      return code >= 400 && status !== undefined ? 'invalid' : 'unreadable'
  }
}

function adviceFor(reason: ClusterErrorReason, call: ApiCall): string {
  if (reason === 'forbidden') return ` ${needOf(call)}`
  return ADVICE[reason] ?? ''
}

function needOf(call: ApiCall): string {
  if ('path' in call) return `RBAC has to allow ${call.verb} on the URL ${call.path}.`
  const { verb, group, namespace } = call
  const place = namespace === undefined ? 'in the cluster' : `in namespace ${namespace}`
  return `RBAC has to allow ${verb} on ${resourceOf(call)} (apiGroups: ["${group}"]) ${place}.`
}

/** In ms. */
function pauseOf({ status, retryAfter }: Refusal): number | undefined {
  const seconds =
    retryAfter !== undefined && /^\d{1,9}$/.test(retryAfter)
      ? Number(retryAfter)
      : status?.details?.retryAfterSeconds
  return seconds === undefined ? undefined : seconds * 1_000
}

function endSentence(text: string): string {
  const trimmed = text.trim()
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`
}
