import type { Contender, Prepared } from './contenders/contender.ts'
import { lastLine } from './last-line.ts'
import type { Missing } from './results/result.ts'

/** Builds what must be built. A contender that cannot be had on this machine takes no part. */
export async function prepareContenders(
  contenders: Iterable<Contender>,
  tell: (what: string) => void,
) {
  const ready = new Map<Contender, Prepared>()
  const missing: Missing[] = []
  for (const contender of contenders) {
    tell(`preparing ${contender.title}`)
    try {
      ready.set(contender, await contender.prepare())
    } catch (error) {
      missing.push({ contender: contender.title, reason: lastLine(error) })
    }
  }
  return { ready, missing }
}

/** Throws with what to do about contenders that are missing. */
export function assertNoneMissing(missing: readonly Missing[]): void {
  if (missing.length === 0) return
  const reasons = missing.map(({ contender, reason }) => `${contender} is missing: ${reason}`)
  throw new Error(
    `expected all contenders; bench/prepare.sh installs those of Debian\n${reasons.join('\n')}`,
  )
}
