import type { Address } from '../driver/commands.ts'
import type { Target, TargetOptions } from './target.ts'
import { openUrlTarget } from './url-target.ts'

export type TargetChoice =
  | { readonly kind: 'auto' | 'cluster' | 'local' }
  | { readonly kind: 'url'; readonly address: Address; readonly adminUrls: readonly string[] }

/** Opens what is to be loaded. Rejects with a sentence if it lacks what a scenario needs. */
export async function openTarget(choice: TargetChoice, options: TargetOptions): Promise<Target> {
  const target = await open(choice, options)
  const missing = options.needs.filter((ability) => !target.abilities.includes(ability))
  if (missing.length === 0) return target
  await target[Symbol.asyncDispose]()
  throw new Error(
    `expected a target with ${missing.join(', ')}, ${target.description} has none: ` +
      'bring the local cluster up with make cluster, and leave --url out',
  )
}

async function open(choice: TargetChoice, options: TargetOptions): Promise<Target> {
  switch (choice.kind) {
    case 'url':
      return openUrlTarget(choice.address, choice.adminUrls)
    case 'cluster':
    case 'local':
    case 'auto':
      throw new Error(`to do: ${options.subscribers}`)
  }
}
