import { isSameField, type Fields } from './fields.ts'

/** The paths that each field manager owns. */
export type Owners = ReadonlyMap<string, ReadonlySet<string>>

type Owner = readonly [manager: string, paths: ReadonlySet<string>]

export interface OwnedFields {
  readonly fields: Fields
  readonly owners: Owners
}

/** Server-side apply with force: nothing conflicts, the manager takes what it names from whoever set it otherwise. */
export function applyFields(live: OwnedFields, manager: string, wanted: Fields): OwnedFields {
  const others = [...live.owners].filter(([name]) => name !== manager)
  const fields = new Map(live.fields)
  for (const path of live.owners.get(manager) ?? []) {
    const isShared = others.some(([, owned]) => owned.has(path))
    if (!wanted.has(path) && !isShared) fields.delete(path)
  }
  const taken = new Set<string>()
  for (const [path, field] of wanted) {
    if (!isSameField(live.fields.get(path), field)) taken.add(path)
    fields.set(path, field)
  }
  const owned = new Set(wanted.keys())
  return { fields, owners: toOwners([...withoutPaths(others, taken), [manager, owned]]) }
}

/** Any other write: its manager owns the fields whose values it changes, and all lose what it removes. */
export function replaceFields(live: OwnedFields, manager: string, fields: Fields): OwnedFields {
  const changed = new Set(
    [...live.fields.keys(), ...fields.keys()].filter(
      (path) => !isSameField(live.fields.get(path), fields.get(path)),
    ),
  )
  const kept = new Map(withoutPaths([...live.owners], changed))
  const set = [...changed].filter((path) => fields.has(path))
  kept.set(manager, new Set([...(kept.get(manager) ?? []), ...set]))
  return { fields, owners: toOwners([...kept]) }
}

function withoutPaths(owners: readonly Owner[], paths: ReadonlySet<string>): readonly Owner[] {
  return owners.map(([name, owned]) => [
    name,
    new Set([...owned].filter((path) => !paths.has(path))),
  ])
}

/** Who owns nothing is not remembered. */
function toOwners(owners: readonly Owner[]): Owners {
  return new Map(owners.filter(([, owned]) => owned.size > 0))
}
