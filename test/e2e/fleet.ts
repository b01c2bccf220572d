/** The StreamCapacity of a release, and the controller that looks after it. */
import type { StreamCapacitySpec, StreamCapacityStatus } from '../../src/schema/stream-capacity.ts'
import type { Release } from '../../rig/release/release.ts'
import type { GrantedRule } from './rights-in-use.ts'

export interface StreamCapacity {
  readonly metadata: { readonly name: string; readonly generation: number }
  readonly spec: StreamCapacitySpec
  /** Absent until the controller has seen the object. */
  readonly status?: StreamCapacityStatus
}

/** The object, as the API server has it. */
export async function streamCapacityOf(release: Release): Promise<StreamCapacity> {
  const text = await release.kubectl('get', 'scap', release.fullName, '--output=json')
  return JSON.parse(text) as StreamCapacity
}

/** The table that `kubectl get scap` prints. */
export async function fleetTable(release: Release): Promise<string> {
  return release.kubectl('get', 'scap', release.fullName)
}

/** Under this account the API server knows the requests of the controller. */
export function controllerAccount({ namespace, fullName }: Release) {
  return { namespace, name: `${fullName}-controller` }
}

/** What the controller may do in its namespace. */
export async function controllerRules(release: Release): Promise<readonly GrantedRule[]> {
  const { name } = controllerAccount(release)
  const text = await release.kubectl('get', 'role', name, '--output=json')
  return (JSON.parse(text) as { rules: readonly GrantedRule[] }).rules
}
