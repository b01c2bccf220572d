import { channelName } from '../../schema/values.ts'
import { accept, refuse, type Parsed } from '../parsed.ts'
import { list } from './choices-and-paths.ts'
import type { Kind } from './kind.ts'

/** A list of channels: each the name of one, or the beginning of names and `*`. */
export function channelEntries(max: number): Kind<readonly string[]> {
  const entries = list('channels such as orders or user.*', parseEntry)
  return {
    ...entries,
    parse: (text) => {
      const parsed = entries.parse(text)
      if (!parsed.ok || parsed.value.length <= max) return parsed
      return { ok: false, problem: `expected at most ${max} channels, got ${parsed.value.length}` }
    },
  }
}

function parseEntry(text: string): Parsed<string> {
  const isPrefix = text.length > 1 && text.endsWith('*')
  // `.` is the beginning of names, but no name itself.
  const name = isPrefix ? text.replace('*', 'x') : text
  if (text === 'other') return refuse('another channel', text, 'metrics call all further ones so')
  if (channelName.safeParse(name).success) return accept(text)
  return refuse('a channel such as orders, or the beginning of names such as user.*', text)
}
