import { isSample, parseServer } from '../../target/metrics-reader.ts'
import type { AddressClient } from './address-client.ts'
import { NO_FINDINGS, problem, type Findings } from './findings.ts'

const PATH = '/metrics'

/** Whether a process tells of itself at its admin URL. Else the report would lack the server, without a word. */
export async function checkAdmin(client: AddressClient): Promise<Findings> {
  const response = await client.get(PATH)
  const text = await response.text()
  const { status } = response
  if (status === 200 && isSample(parseServer('', text))) return NO_FINDINGS
  const got = status === 200 ? 'none that are known' : `status ${status}`
  return problem(
    `expected the metrics of a process at ${client.url}${PATH} (--admin-url), got ${got}: name its admin listener ` +
      '(RUNNEL_ADMIN_LISTEN); --admin-header gives what a proxy in front of it asks for',
  )
}
