/** The value of a JSON text; undefined, which is no JSON value, for any other text. Browsers load it, so no Node here. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
