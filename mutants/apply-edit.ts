import { stripTypeScriptTypes } from 'node:module'
import type { Edit } from './fault.ts'

/** A list does not fit the code any more, so that it proves nothing. */
export class RottenFault extends Error {
  override readonly name = 'RottenFault'
}

/** The text of the file with the fault in it. Throws `RottenFault` if that is not the one fault that was meant. */
export function applyEdit(text: string, { file, find, replace }: Edit): string {
  const places = text.split(find).length - 1
  if (places !== 1) {
    throw new RottenFault(`expected this text once in ${file}, got it ${places} times: ${find}`)
  }
  if (find === replace) throw new RottenFault(`expected another text in place of: ${find}`)
  const faulty = text.replace(find, () => replace)
  try {
    stripTypeScriptTypes(faulty)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new RottenFault(
      `expected TypeScript with this text in ${file}, got ${reason}: ${replace}`,
      {
        cause: error,
      },
    )
  }
  return faulty
}
