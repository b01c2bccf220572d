import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { format } from 'oxfmt'
import style from '../.oxfmtrc.json' with { type: 'json' }

/** A file that is made from the source. */
export interface GeneratedFile {
  /** From the root of the repository. */
  readonly path: string
  readonly render: () => string
}

/**
 * Writes the files. With `--check` on the command line it writes nothing, and the process exits 1 if a file is
 * not what it would write. `command` is how to write them.
 */
export async function writeGenerated(
  files: readonly GeneratedFile[],
  command: string,
): Promise<void> {
  const isCheck = process.argv.includes('--check')
  for (const { path, render } of files) {
    const target = fileURLToPath(new URL(`../${path}`, import.meta.url))
    // Formatted, since the check of the format covers these files too.
    const { code, errors } = await format(target, render(), style)
    for (const error of errors) throw new Error(`${path}: ${error.message}`)
    if (!isCheck) writeFileSync(target, code)
    else if (read(target) !== code) {
      console.error(`${path} is out of date: run ${command}`)
      process.exitCode = 1
    }
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
