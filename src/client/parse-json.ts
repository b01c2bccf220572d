/** The value of a JSON text; undefined, which is no JSON value, for any other text. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The fields of a document from another program, whose values are still unchecked. */
export type Unchecked<Document> = Readonly<Partial<Record<keyof Document, unknown>>>

/** The fields of a JSON object; none for any other text. */
export function parseFields(text: string): Readonly<Record<string, unknown>> {
  const value = parseJson(text)
  return isObject(value) ? value : {}
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
