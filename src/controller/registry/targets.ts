/** Which Deployment a StreamCapacity is for, and whose it is where several claim it. */
import { z } from 'zod'
import type { Metadata } from '../objects/metadata.ts'
import type { StreamCapacity } from '../objects/stream-capacity.ts'

/** All that is read of a spec that may break other rules. */
const target = z.object({ targetRef: z.object({ name: z.string() }) })

/** The name of the Deployment; undefined where the spec names none. */
export function targetOf({ spec }: StreamCapacity): string | undefined {
  return target.safeParse(spec).data?.targetRef.name
}

/** The names of the other objects with the same target that came first, the oldest first. */
export function olderRivals(
  object: StreamCapacity,
  all: readonly StreamCapacity[],
): readonly string[] {
  const name = targetOf(object)
  return all
    .filter(
      ({ metadata }) =>
        metadata.uid !== object.metadata.uid && metadata.deletionTimestamp === undefined,
    )
    .filter((other) => targetOf(other) === name && compareAge(other.metadata, object.metadata) < 0)
    .toSorted((a, b) => compareAge(a.metadata, b.metadata))
    .map(({ metadata }) => metadata.name)
}

/** Objects may be made in the same second. */
function compareAge(a: Metadata, b: Metadata): number {
  return order(a.creationTimestamp ?? '', b.creationTimestamp ?? '') || order(a.name, b.name)
}

function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
