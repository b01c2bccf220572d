import { accept, refuse, type Parsed } from '../parsed.ts'
import type { FileContent, Kind } from './kind.ts'

export function choice<const T extends string>(...choices: readonly T[]): Kind<T> {
  const form = choices.length === 1 ? choices.join('') : `one of ${choices.join(', ')}`
  return {
    name: 'choice',
    range: choices.join(', '),
    parse: (text) => {
      const chosen = choices.find((each) => each === text)
      return chosen === undefined ? refuse(form, text) : accept(chosen)
    },
    format: String,
  }
}

/** A list of values; `items` describes them. Its problem names each wrong item. */
export function list(
  items: string,
  parseItem: (text: string) => Parsed<string>,
): Kind<readonly string[]> {
  return {
    name: 'list',
    range: `${items}, separated by commas`,
    isList: true,
    parse: (text) => {
      const written = text.split(',').map((item) => item.trim())
      const parsed = written.filter((item) => item !== '').map((item) => parseItem(item))
      // A password may hold a comma, and the parts of its address would show it.
      const judged = text.includes('@') && parsed.some(({ ok }) => !ok) ? [parseItem(text)] : parsed
      const problems = judged.flatMap((item) => (item.ok ? [] : [item.problem]))
      if (problems.length > 0) return { ok: false, problem: problems.join('; ') }
      const values = new Set(parsed.flatMap((item) => (item.ok ? [item.value] : [])))
      return accept(Object.freeze([...values]))
    },
    format: (value) => value.join(','),
  }
}

export function path(): Kind<string> {
  return {
    name: 'path',
    range: 'a path',
    parse: (text) => (text === '' || text.includes('\0') ? refuse('a path', text) : accept(text)),
    format: String,
  }
}

/** The path of a file that must be readable when the process starts. */
export function file(content: FileContent): Kind<string> {
  return { ...path(), range: `the path of a file with ${content.form}`, content }
}
