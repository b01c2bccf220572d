import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { waitFor } from '../wait-for.ts'
import { findProgram } from './find-program.ts'
import { freePort } from './free-port.ts'
import { ServerProcess } from './server-process.ts'

export interface NginxOptions {
  /** The content of the block `http`, for a port on which it should listen. */
  readonly http: (port: number) => string
  /** Of all workers together; a stream takes two: one to the client, and one to the service. */
  readonly connections?: number
  /** Seconds after which a reload cuts the connections of the old workers. */
  readonly shutdownTimeout?: number
}

const DEFAULTS = { connections: 2_000, shutdownTimeout: 10 }

/** Milliseconds in which new workers start, and in which old ones end beyond `shutdownTimeout`. */
const RELOAD_TIME = 20_000

/** Connections that a worker is meant for. Each may take all of them, since the kernel does not share them evenly. */
const PER_WORKER = 8_000

/** Debian's nginx on a loopback port, with a folder of its own. Disposal ends it and removes the folder. */
export class Nginx implements AsyncDisposable {
  readonly url: string
  readonly #process: ServerProcess
  readonly #folder: string
  readonly #options: NginxOptions

  private constructor(port: number, process: ServerProcess, folder: string, options: NginxOptions) {
    this.url = `http://127.0.0.1:${port}`
    this.#process = process
    this.#folder = folder
    this.#options = options
  }

  static async start(options: NginxOptions): Promise<Nginx> {
    const path = findProgram('nginx')
    const [port, readyPort] = [await freePort(), await freePort()]
    const folder = await mkdtemp(join(tmpdir(), 'runnel-nginx-'))
    try {
      await mkdir(join(folder, 'logs'))
      const file = join(folder, 'nginx.conf')
      await writeFile(file, configuration(options, port, readyPort))
      const process = await ServerProcess.start({
        path,
        args: ['-p', folder, '-c', file, '-e', 'stderr'],
        readyUrl: `http://127.0.0.1:${readyPort}/`,
        // The master then ends its workers, which would otherwise outlive it.
        endSignal: 'SIGTERM',
      })
      return new Nginx(port, process, folder, options)
    } catch (error) {
      await rm(folder, { recursive: true, force: true })
      throw error
    }
  }

  /** Reads the configuration anew. Resolves when all old workers have ended, with their connections. */
  async reload(): Promise<void> {
    const { shutdownTimeout = DEFAULTS.shutdownTimeout } = this.#options
    const old = new Set(await this.#workers())
    this.#process.signal('SIGHUP')
    await waitFor('new workers of nginx', RELOAD_TIME, async () => {
      const workers = await this.#workers()
      if (workers.every((pid) => old.has(pid))) throw new Error('there are only the old ones')
    })
    const limit = shutdownTimeout * 1_000 + RELOAD_TIME
    await waitFor('the old workers of nginx to end', limit, async () => {
      const workers = await this.#workers()
      if (workers.some((pid) => old.has(pid))) throw new Error('some are still there')
    })
  }

  /** A file that it wrote, such as `logs/error.log`. */
  async read(file: string): Promise<string> {
    return readFile(join(this.#folder, file), 'utf8')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]()
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #workers(): Promise<readonly number[]> {
    const { pid } = this.#process
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
    return children.trim().split(' ').filter(Boolean).map(Number)
  }
}

/** The version of the installed nginx, such as `1.22.1`. */
export async function nginxVersion(): Promise<string> {
  const { stderr } = await promisify(execFile)(findProgram('nginx'), ['-v'])
  return /nginx\/(\S+)/.exec(stderr)?.[1] ?? 'unknown'
}

/** What Debian's nginx.conf says, as far as it touches streams, with files in the folder that nginx is started in. */
function configuration(options: NginxOptions, port: number, readyPort: number): string {
  const { http, connections, shutdownTimeout } = { ...DEFAULTS, ...options }
  const workers = Math.max(2, Math.ceil(connections / PER_WORKER))
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `
${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
pid nginx.pid;
error_log logs/error.log;
worker_processes ${workers};
worker_shutdown_timeout ${shutdownTimeout}s;
events { worker_connections ${connections}; }
http {
  ${temporary.map((name) => `${name}_temp_path ${name};`).join('\n  ')}
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  access_log logs/access.log;
  gzip on;
  server { listen 127.0.0.1:${readyPort}; access_log off; return 200; }
  ${http(port)}
}
`
}
