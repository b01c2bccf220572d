import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BIN, CACHE, RIG } from '../paths.ts'
import { runCommand } from '../run-command.ts'
import { buildUnlessCached, digestOf, isCached } from './cache.ts'

/** A Python program; the `requirements.txt` beside its `main.py` pins all that it is installed with. */
export interface PythonTool {
  /** The name of its folder in `python/`. */
  readonly folder: string
  /** The name of the program. */
  readonly name: string
}

export function pathOfPythonTool({ name }: PythonTool): string {
  return join(BIN, name)
}

/** Installs a tool into the cache, with an environment of its own, unless it is cached. */
export async function buildPythonTool(tool: PythonTool): Promise<string> {
  const program = pathOfPythonTool(tool)
  return buildUnlessCached(tool.name, productsOf(tool), await digestOfTool(tool), async () => {
    const source = join(folderOf(tool), 'main.py')
    const requirements = join(folderOf(tool), 'requirements.txt')
    await runCommand('python3', ['-m', 'venv', '--clear', environmentOf(tool)])
    // A package that is built from source would bring what nothing here pins.
    const flags = ['--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:']
    await runCommand(pythonOf(tool), ['-m', 'pip', 'install', ...flags, '-r', requirements])
    await mkdir(BIN, { recursive: true })
    const text = `#!${pythonOf(tool)}\n${await readFile(source, 'utf8')}`
    await writeFile(program, text, { mode: 0o755 })
  })
}

/** Whether a tool is in the cache as it would be installed. */
export async function isPythonToolCached(tool: PythonTool): Promise<boolean> {
  return isCached(tool.name, productsOf(tool), await digestOfTool(tool))
}

function environmentOf({ name }: PythonTool): string {
  return join(CACHE, 'python', name)
}

function pythonOf(tool: PythonTool): string {
  return join(environmentOf(tool), 'bin', 'python3')
}

function folderOf({ folder }: PythonTool): string {
  return join(RIG, 'python', folder)
}

function productsOf(tool: PythonTool): string[] {
  return [pathOfPythonTool(tool), pythonOf(tool)]
}

async function digestOfTool(tool: PythonTool): Promise<string> {
  return digestOf([folderOf(tool)], [await pythonVersion()])
}

/** Prints the version. Fails where the pinned packages, or what makes an environment, are not to be had. */
const PROBE = 'import sys, venv, ensurepip; assert sys.version_info >= (3, 11); print(sys.version)'

async function pythonVersion(): Promise<string> {
  try {
    return await runCommand('python3', ['-c', PROBE])
  } catch (error) {
    throw new Error('expected Python 3.11 or later with its module venv (python3-venv)', {
      cause: error,
    })
  }
}
