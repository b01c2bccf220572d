import { parseJson } from '../lib/parse-json.ts'

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
