import { constants, promises } from 'node:fs'

/** The result of reading a path. */
export type TextFile =
  | { readonly kind: 'absent' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'unreadable'; readonly problem: string }

/** Reads a file of at most `longest` bytes, so that memory stays bounded even for a device. */
export async function readTextFile(path: string, longest: number): Promise<TextFile> {
  try {
    // Without O_NONBLOCK, opening a pipe without a writer would block a thread for good.
    await using file = await promises.open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    return await readText(file, longest)
  } catch (error) {
    return isMissing(error) ? { kind: 'absent' } : unreadable(describe(error))
  }
}

async function readText(file: promises.FileHandle, longest: number): Promise<TextFile> {
  if (!(await file.stat()).isFile()) return unreadable('expected a file')
  // One byte over the limit reveals a longer file, even if it has grown since `stat`.
  const buffer = Buffer.alloc(longest + 1)
  let length = 0
  for (;;) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length)
    length += bytesRead
    if (length > longest) return unreadable(`expected at most ${longest} bytes`)
    if (bytesRead === 0) break
  }
  // The decoder throws on text that is not UTF-8, and removes a byte order mark.
  const text = new TextDecoder('utf-8', { fatal: true }).decode(buffer.subarray(0, length))
  return { kind: 'text', text }
}

function unreadable(problem: string): TextFile {
  return { kind: 'unreadable', problem }
}

function isMissing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ENOENT' || code === 'ENOTDIR'
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
