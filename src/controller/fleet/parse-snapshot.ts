import { z } from 'zod'
import { parseJson } from '../../lib/parse-json.ts'
import { snapshotDocument } from '../../schema/snapshot.ts'
import type { SnapshotAnswer } from './observation.ts'

const { subscribers, limit, draining } = snapshotDocument.shape

/**
 * What the controller needs of a snapshot. All else may differ: during a rolling upgrade pods of a newer version
 * would fall silent otherwise.
 */
const neededOfSnapshot = z.object({ subscribers, limit, draining })

/** `source` names who gave the text. */
export function parseSnapshot(text: string, source: string): SnapshotAnswer {
  const parsed = neededOfSnapshot.safeParse(parseJson(text))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const detail = `${source} answers with no snapshot: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`
    return { isSnapshot: false, silence: { reason: 'error', detail } }
  }
  const { draining: isDraining, ...counts } = parsed.data
  return { isSnapshot: true, snapshot: { ...counts, isDraining } }
}
