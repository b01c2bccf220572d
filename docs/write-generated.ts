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
    const text = await formatted(path, render())
    if (!isCheck) writeFileSync(target, text)
    else if (read(target) !== text) {
      console.error(`${path} is out of date: run ${command}`)
      process.exitCode = 1
    }
  }
}

/** As the check of the format, which covers these files too, wants it. It knows no templates of Helm. */
async function formatted(path: string, text: string): Promise<string> {
  if (path.endsWith('.tpl')) return text
  const { code, errors } = await format(path, text, style)
  for (const error of errors) throw new Error(`${path}: ${error.message}`)
  return code
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
