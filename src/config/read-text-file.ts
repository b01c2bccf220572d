import { readFileBytes, type UnreadFile } from './read-file-bytes.ts'

/** The result of reading a path. */
export type TextFile = { readonly kind: 'text'; readonly text: string } | UnreadFile

/** Reads a file of at most `longest` bytes, so that memory stays bounded even for a device. */
export async function readTextFile(path: string, longest: number): Promise<TextFile> {
  const file = await readFileBytes(path, longest)
  if (file.kind !== 'bytes') return file
  try {
    // The decoder throws on text that is not UTF-8, and removes a byte order mark.
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(file.bytes) }
  } catch (error) {
    return { kind: 'unreadable', problem: error instanceof Error ? error.message : String(error) }
  }
}
