import { constants, promises } from 'node:fs'

/** The result of reading a path. */
export type ByteFile = { readonly kind: 'bytes'; readonly bytes: Buffer } | UnreadFile

export type UnreadFile =
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable'; readonly problem: string }

/** Reads a file of at most `longest` bytes, so that memory stays bounded even for a device. */
export async function readFileBytes(path: string, longest: number): Promise<ByteFile> {
  try {
    // Without O_NONBLOCK, opening a pipe without a writer would block a thread for good.
    await using file = await promises.open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    return await readBytes(file, longest)
  } catch (error) {
    return isMissing(error) ? { kind: 'absent' } : unreadable(describe(error))
  }
}

async function readBytes(file: promises.FileHandle, longest: number): Promise<ByteFile> {
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
  return { kind: 'bytes', bytes: buffer.subarray(0, length) }
}

function unreadable(problem: string): UnreadFile {
  return { kind: 'unreadable', problem }
}

function isMissing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ENOENT' || code === 'ENOTDIR'
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
