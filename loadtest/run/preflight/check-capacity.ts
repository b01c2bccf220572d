import { capacityDocument } from '../../../src/schema/capacity-status.ts'
import type { AddressClient } from './address-client.ts'
import { describeAnswer } from './describe-answer.ts'
import { notRunnel } from './check-stream.ts'
import { NO_FINDINGS, problem, warning, type Findings } from './findings.ts'

const PATH = '/health/stream-capacity'

/** Whether the server is Runnel and has room. `mayBeRefused`: the scenario goes on where it has not. */
export async function checkCapacity(
  client: AddressClient,
  { subscribers, mayBeRefused }: { readonly subscribers: number; readonly mayBeRefused: boolean },
): Promise<Findings> {
  const response = await client.get(PATH)
  if (response.status !== 200) return problem(await describeAnswer(PATH, response))
  const text = await response.text()
  const document = capacityDocument.safeParse(parseJson(text))
  if (!document.success) {
    return problem(`${notRunnel(PATH)}: expected its document, got ${text.slice(0, 80)}`)
  }
  const { fleet } = document.data
  const room = fleet.limit - fleet.subscribers
  if (room >= subscribers) return NO_FINDINGS
  const sentence =
    `expected room for ${subscribers} subscribers, the server has ${room} of ${fleet.limit} places left in ` +
    `${fleet.pods} ${fleet.pods === 1 ? 'pod' : 'pods'}: raise RUNNEL_MAX_STREAMS (--max-streams; in Kubernetes ` +
    `subscribersPerPod.limit of the StreamCapacity), or --subscribers ${Math.max(0, room)}`
  return mayBeRefused ? warning(sentence) : problem(sentence)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
