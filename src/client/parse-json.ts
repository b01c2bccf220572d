/** Undefined, which no JSON means, for a text that is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What may stand under the names of a document's fields, before it is looked at. */
export type Unchecked<Document> = Readonly<Partial<Record<keyof Document, unknown>>>

/** The fields of a JSON object; none for any other text. */
export function parseFields(text: string): Readonly<Record<string, unknown>> {
  const value = parseJson(text)
  return isObject(value) ? value : {}
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
