import { fileURLToPath } from 'node:url'

/** A server under measurement. All take the same requests and run with the same flags of Node. */
export interface Contender {
  readonly name: string
  /** Script and arguments that make it listen on this port of 127.0.0.1. */
  readonly command: (port: number) => readonly string[]
  /** Its variables besides the path. */
  readonly env?: Readonly<Record<string, string>>
}

export const SERVICE: Contender = {
  name: 'service',
  command: (port) => [
    pathOf('../src/main.ts'),
    'serve',
    `--listen=127.0.0.1:${port}`,
    '--admin-listen=127.0.0.1:0',
    '--log-level=warn',
  ],
}

export const BASELINE: Contender = {
  name: 'baseline',
  command: (port) => [pathOf('./baseline.ts'), String(port)],
}

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url))
}
