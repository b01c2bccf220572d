import type { NamedFault, Room } from './fault.ts'

/** All faults of the rooms, or those that one of the words names: a room, a file, or a fault such as `capacity/3`. */
export function selectFaults(
  rooms: Readonly<Record<string, Room>>,
  words: readonly string[],
): readonly NamedFault[] {
  const all = Object.entries(rooms).flatMap(([room, { faults }]) =>
    faults.map((fault, index) => ({ name: `${room}/${index + 1}`, room, fault })),
  )
  if (words.length === 0) return all
  const unknown = words.find((word) => !all.some((each) => isNamed(each, word)))
  if (unknown !== undefined) {
    throw new Error(
      `expected a room (${Object.keys(rooms).join(', ')}), a file with faults, or a fault such as ${all[0]?.name}, got ${unknown}`,
    )
  }
  return all.filter((each) => words.some((word) => isNamed(each, word)))
}

function isNamed({ name, room, fault }: NamedFault, word: string): boolean {
  return [name, room, fault.file].includes(word)
}
