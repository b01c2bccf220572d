import type { Address } from '../driver/commands.ts'
import type { Variant } from '../scenarios/scenario.ts'
import type { AdminListeners, Target, TargetOptions } from './target.ts'

export type TargetChoice =
  | { readonly kind: 'cluster' | 'local' }
  | { readonly kind: 'url'; readonly address: Address; readonly admin: AdminListeners }

/** `auto`: the local cluster if it is up, else a service of this command's own. */
export async function chooseTarget(
  choice: TargetChoice | { readonly kind: 'auto' },
): Promise<TargetChoice> {
  if (choice.kind !== 'auto') return choice
  const { isClusterUp } = await import('../../rig/release/enter-cluster.ts')
  return { kind: (await isClusterUp()) ? 'cluster' : 'local' }
}

/** The naive variant is started for a test; a URL has what it has. */
export function hasVariant({ kind }: TargetChoice, variant: Variant): boolean {
  return variant === undefined || kind !== 'url'
}

/** Opens what is to be loaded. Rejects with a sentence if it lacks what a scenario needs. */
export async function openTarget(
  choice: TargetChoice,
  variant: Variant,
  options: TargetOptions,
): Promise<Target> {
  const target = await open(choice, variant, options)
  const missing = options.needs.filter((ability) => !target.abilities.includes(ability))
  if (missing.length === 0) return target
  await target[Symbol.asyncDispose]()
  throw new Error(
    `expected a target with ${missing.join(', ')}, which ${target.description} has not: ` +
      'leave --url out, so that the cluster or a service of this command is loaded',
  )
}

/** What a cluster and a local service need is loaded for those who use it. */
async function open(
  choice: TargetChoice,
  variant: Variant,
  options: TargetOptions,
): Promise<Target> {
  switch (choice.kind) {
    case 'url': {
      const { openUrlTarget } = await import('./url-target.ts')
      return openUrlTarget(choice.address, choice.admin)
    }
    case 'cluster': {
      if (variant === 'naive') {
        const { openNaiveTarget } = await import('../naive/naive-target.ts')
        return openNaiveTarget(options)
      }
      const { openClusterTarget } = await import('./cluster-target.ts')
      return openClusterTarget(options)
    }
    case 'local': {
      const { startLocalTarget } = await import('./local-target.ts')
      return startLocalTarget(options, variant)
    }
  }
}
