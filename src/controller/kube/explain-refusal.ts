import { z } from 'zod'
import { ClusterError, type ClusterErrorReason } from '../cluster/cluster-error.ts'
import { describeCall, type ApiCall } from './api-call.ts'

/** How the API server tells of an error, in answers and in watches. */
const statusSchema = z.object({
  kind: z.literal('Status'),
  code: z.number().optional(),
  reason: z.string().optional(),
  message: z.string().optional(),
  details: z.object({ retryAfterSeconds: z.number().optional() }).optional(),
})

/** The words of the API server for what its authorizer denies, with the verb that it lacks. */
const DENIAL = /cannot (\w+) (?:resource|path) "/

const ADVICE: { readonly [reason in ClusterErrorReason]?: string } = {
  unauthorized:
    ' The credentials are not accepted: check the service account token of the pod, or the user of the kubeconfig.',
  unreadable: ' Check the address of the API server, and what stands between.',
}

type Status = z.infer<typeof statusSchema>

export interface Refusal {
  readonly code: number
  /** A status, or whatever else the answer holds: text, where it is no JSON. */
  readonly said: unknown
  /** The header, in seconds. */
  readonly retryAfter?: string | undefined
}

/** Undefined where it is no status. */
export function parseStatus(value: unknown): Status | undefined {
  return statusSchema.safeParse(value).data
}

export function explainRefusal(call: ApiCall, refusal: Refusal): ClusterError {
  const { code, said } = refusal
  const status = parseStatus(said)
  if (status === undefined && isProxied(call)) {
    const message = `Cannot ${describeCall(call)}: the pod answers with status ${code}.`
    return new ClusterError('unavailable', message, { status: code })
  }
  const reason = classify(code, status)
  const cause = status?.message ?? describeForeign(code, said)
  const message = `Cannot ${describeCall(call)}: ${endSentence(cause)}${adviceFor(reason, call, cause)}`
  return new ClusterError(reason, message, { status: code, retryAfter: pauseOf(refusal, status) })
}

/** What comes from a pod through the API server, and is no status, is the pod's own answer. */
function isProxied(call: ApiCall): boolean {
  return 'resource' in call && call.subresource === 'proxy'
}

/** Some errors of the API server itself are plain text; others come from a proxy in between. */
function describeForeign(code: number, said: unknown): string {
  if (code === 404) return 'the API server does not serve this; is the CRD installed?'
  const text = typeof said === 'string' ? said.trim() : ''
  const isSentence = /^[^<\n]{1,200}$/.test(text)
  return isSentence
    ? `${text} (status ${code})`
    : `the answer is none of an API server (status ${code})`
}

function classify(code: number, status: Status | undefined): ClusterErrorReason {
  switch (code) {
    case 401:
      return 'unauthorized'
    case 403:
      // Admission (Pod Security, quotas, a namespace that ends) refuses with 403, too.
      return status?.message === undefined || DENIAL.test(status.message) ? 'forbidden' : 'invalid'
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

function adviceFor(reason: ClusterErrorReason, call: ApiCall, cause: string): string {
  if (reason !== 'forbidden') return ADVICE[reason] ?? ''
  // An apply of an object that is not there is denied for the lack of `create`, and not of `patch`.
  const [, verb = call.verb] = DENIAL.exec(cause) ?? []
  return ` ${needOf(call, verb)}`
}

function needOf(call: ApiCall, verb: string): string {
  if ('path' in call) return `RBAC has to allow ${verb} on the URL ${call.path}.`
  const { group, resource, subresource, namespace } = call
  const resources = subresource === undefined ? resource : `${resource}/${subresource}`
  const place = namespace === undefined ? 'in the cluster' : `in namespace ${namespace}`
  return `RBAC has to allow ${verb} on ${resources} (apiGroups: ["${group}"]) ${place}.`
}

/** In ms. */
function pauseOf({ retryAfter }: Refusal, status: Status | undefined): number | undefined {
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
