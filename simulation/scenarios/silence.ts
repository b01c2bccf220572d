import type { Pod } from '../fleet/pod.ts'

/** Whether these pods leave polls without an answer. */
export function silence(pods: readonly Pod[], isSilent: boolean): void {
  for (const pod of pods) pod.isSilent = isSilent
}
