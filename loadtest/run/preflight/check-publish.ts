import { z } from 'zod'
import type { AddressClient } from './address-client.ts'
import { describeAnswer } from './describe-answer.ts'
import { NO_FINDINGS, problem, type Findings } from './findings.ts'
import { notRunnel } from './check-stream.ts'

const answer = z.object({ ids: z.array(z.string()) })

/** Whether a publish is accepted, by one. */
export async function checkPublish(client: AddressClient, channel: string): Promise<Findings> {
  const path = `/publish/${channel}`
  const response = await client.publish(path, 'Is a publish accepted?')
  if (!response.ok) return problem(await describeAnswer(path, response))
  const document = answer.safeParse(await response.json().catch(() => undefined))
  return document.success
    ? NO_FINDINGS
    : problem(`${notRunnel(path)}: expected the ids of the events in its answer`)
}
