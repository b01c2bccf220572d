/** Readers of the `OTEL_*` variables. */

export type Environment = Readonly<Record<string, string | undefined>>

/** Undefined if it is unset or blank, which the specification treats alike. */
export function readVariable(env: Environment, name: string): string | undefined {
  const text = env[name]?.trim()
  return text === '' ? undefined : text
}

/** The items between the commas. */
export function readList(env: Environment, name: string): readonly string[] {
  const items = (env[name] ?? '').split(',').map((item) => item.trim())
  return items.filter((item) => item !== '')
}

/** For each key the first of its variables that is a whole number above 0; nothing for keys without one. */
export function readCounts<Key extends string>(
  env: Environment,
  variables: Readonly<Record<Key, readonly string[]>>,
): Readonly<Partial<Record<Key, number>>> {
  const counts: Partial<Record<Key, number>> = {}
  for (const key in variables) {
    const texts = variables[key].map((name) => readVariable(env, name) ?? '')
    const count = texts.find((text) => /^0*[1-9]\d*$/.test(text))
    if (count !== undefined) counts[key] = Number(count)
  }
  return counts
}
