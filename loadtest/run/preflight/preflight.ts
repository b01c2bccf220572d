import type { Address } from '../../driver/commands.ts'
import type { Amounts, Scenario } from '../../scenarios/scenario.ts'
import { thresholdsOf } from '../../scenarios/thresholds.ts'
import type { AdminListeners } from '../../target/target.ts'
import { AddressClient, describeFailure, resolveAddress } from './address-client.ts'
import { checkAdmin } from './check-admin.ts'
import { checkCapacity } from './check-capacity.ts'
import { checkLimits } from './check-limits.ts'
import { checkPublish } from './check-publish.ts'
import { checkStream } from './check-stream.ts'
import { joinFindings, NO_FINDINGS, problem, type Findings } from './findings.ts'

/** A channel that no run uses. */
const CHANNEL = 'loadtest-preflight'

export interface PreflightOptions {
  readonly address: Address
  /** Of processes that this command has not started. */
  readonly admin: AdminListeners | undefined
  readonly scenario: Scenario
  readonly amounts: Amounts
  readonly drivers: number
}

/** Looks for all that would make a run say nothing, before anything is opened. */
export async function preflight(options: PreflightOptions): Promise<Findings> {
  return joinFindings(await Promise.all([checkAddress(options), checkAdmins(options)]))
}

async function checkAddress(options: PreflightOptions): Promise<Findings> {
  const { address, amounts, drivers } = options
  const { subscribers } = amounts
  let destinations: readonly string[]
  try {
    destinations = await resolveAddress(address)
  } catch (error) {
    const limits = checkLimits({ subscribers, drivers, destinations: [] })
    return joinFindings([limits, problem(describeFailure(address.url, error))])
  }
  const limits = checkLimits({ subscribers, drivers, destinations })
  return joinFindings([limits, await checkServer(options)])
}

async function checkAdmins({ address, admin }: PreflightOptions): Promise<Findings> {
  const { urls = [], headers = {} } = admin ?? {}
  const checks = urls.map(async (url) => {
    await using client = new AddressClient({ ...address, url, headers, connectTo: [] })
    return await attempt(() => checkAdmin(client))
  })
  return joinFindings(await Promise.all(checks))
}

async function checkServer({ address, scenario, amounts }: PreflightOptions): Promise<Findings> {
  await using client = new AddressClient(address)
  // Awaited here: at its end this function destroys the client.
  if (address.dialect !== 'runnel') return await checkReachable(client)
  const { subscribers } = amounts
  // Without a threshold for refusals, these are what the scenario looks for.
  const mayBeRefused = thresholdsOf(scenario, amounts).refusals === undefined
  const capacity = await attempt(() => checkCapacity(client, { subscribers, mayBeRefused }))
  const rest = [attempt(() => checkPublish(client, CHANNEL))]
  // What does not answer as Runnel will not stream as Runnel either.
  if (capacity.problems.length === 0) rest.push(attempt(() => checkStream(client, CHANNEL)))
  const found = joinFindings([capacity, ...(await Promise.all(rest))])
  return { ...found, problems: [...new Set(found.problems)] }
}

async function checkReachable(client: AddressClient): Promise<Findings> {
  return attempt(async () => {
    await client.get('/')
    return NO_FINDINGS
  })
}

async function attempt(check: () => Promise<Findings>): Promise<Findings> {
  try {
    return await check()
  } catch (error) {
    return problem(error instanceof Error ? error.message : String(error))
  }
}
