import { createHmac, randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCommand } from '../../rig/run-command.ts'
import { freePort } from '../../rig/servers/free-port.ts'
import type { Contender, MeasuredServer } from './contender.ts'
import { startInFolder } from './start-beside.ts'
import { startServer } from './start-server.ts'

const RIG = fileURLToPath(new URL('../../rig/main.ts', import.meta.url))

/**
 * The Mercure hub, with its transport `local`, which keeps no history: the default, `bolt`, writes each update to a file,
 * and the other contenders write to none. Its licence is the AGPL 3.0, so it is built here from its Go module for
 * this comparison, and no part of the project ships it.
 */
export const MERCURE = mercure('mercure', 'Mercure', () => 'transport local')

/** With its default transport, the only one of its own that can replay. It keeps as many updates as Runnel does by default. */
export const MERCURE_WITH_HISTORY = mercure('mercure-bolt', 'Mercure with bolt', (folder) =>
  `
        transport bolt {
          path ${join(folder, 'updates.db')}
          size 1000
        }`.trim(),
)

function mercure(name: string, title: string, transportIn: (folder: string) => string): Contender {
  return {
    name,
    title,
    prepare: async () => {
      const program = (await runCommand(process.execPath, [RIG, 'tool', 'mercure'])).trim()
      // Then come the version of Caddy and a checksum.
      const [version = ''] = (await runCommand(program, ['version'])).split(' ')
      const start = async (folder: string) => startMercure(program, folder, transportIn(folder))
      return { version, start: async () => startInFolder(start) }
    },
  }
}

async function startMercure(
  path: string,
  folder: string,
  transport: string,
): Promise<MeasuredServer> {
  const port = await freePort()
  const key = randomBytes(32).toString('hex')
  const config = join(folder, 'Caddyfile')
  await writeFile(config, configure(port, key, transport))
  const program = {
    name: 'Mercure',
    path,
    args: ['run', '--config', config, '--adapter', 'caddyfile'],
    env: { HOME: folder },
    port,
  }
  const publishHeaders = { Authorization: `Bearer ${signPublisherToken(key)}` }
  return startServer([program], { dialect: 'mercure', publishHeaders })
}

/** A Caddyfile. Subscribers need no token; publishers do, since Mercure knows no anonymous ones. */
function configure(port: number, key: string, transport: string): string {
  return `
    {
      admin off
      auto_https off
      persist_config off
      log {
        level ERROR
      }
    }
    http://127.0.0.1:${port} {
      mercure {
        ${transport}
        anonymous
        publisher_jwt ${key} HS256
      }
      respond /health 200
    }
  `
}

/** A JWT that may publish to all topics. */
function signPublisherToken(key: string): string {
  const head = encode({ alg: 'HS256', typ: 'JWT' })
  const claims = encode({ mercure: { publish: ['*'] } })
  const signature = createHmac('sha256', key).update(`${head}.${claims}`).digest('base64url')
  return `${head}.${claims}.${signature}`
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
