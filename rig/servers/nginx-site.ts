import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PROJECT } from '../paths.ts'

const FOLDER = join(PROJECT, 'nginx')

/** The configurations of the folder `nginx/`. */
export type Site = 'one-process.conf' | 'several-processes.conf'

/**
 * A configuration of the folder `nginx/` as it is, but for addresses and the place of its files: it listens on a
 * loopback port, its upstream is the given addresses, and its log lines go to the folder that nginx is started in.
 */
export function readSite(
  site: Site,
  port: number,
  upstream: readonly string[],
  /** What a user changes in the file. */
  edit = (text: string): string => text,
): string {
  const text = edit(readFileSync(join(FOLDER, site), 'utf8'))
  const [, parameters] = expectOne(text, /^ *server 127\.0\.0\.1:\d+(.*);$/m)
  const servers = upstream.map((address) => `server ${address}${parameters};`)
  const [before, ...after] = text.split(/^ *server 127\.0\.0\.1:.*$/m)
  const directed = [before, servers.join('\n'), ...after].join('')
  expectOne(directed, /^ *listen /m)
  return directed
    .replace(/^ *listen 80;$/m, `listen 127.0.0.1:${port};`)
    .replace(/^ *listen \[::\]:80;$/m, '')
    .replaceAll(/^ *include snippets\/(.*);$/gm, (_, name: string) =>
      readFileSync(join(FOLDER, name), 'utf8'),
    )
    .replaceAll('/var/log/nginx/', 'logs/')
}

function expectOne(text: string, pattern: RegExp): RegExpExecArray {
  const found = pattern.exec(text)
  if (found === null) throw new Error(`expected a line like ${String(pattern)}`)
  return found
}
