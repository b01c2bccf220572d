/**
 * Whether an object has all that is asked of it: of objects every asked field, of lists every element in its
 * place. What else it has, the API server or somebody else has added.
 */
export function contains(object: unknown, asked: unknown): boolean {
  if (Array.isArray(asked)) {
    return (
      Array.isArray(object) &&
      object.length === asked.length &&
      asked.every((element, index) => contains(object[index], element))
    )
  }
  if (typeof asked === 'object' && asked !== null) {
    if (typeof object !== 'object' || object === null) return false
    return Object.entries(asked).every(
      // JSON has no undefined: such a field is not sent.
      ([key, value]) => value === undefined || contains(Reflect.get(object, key), value),
    )
  }
  return object === asked
}
