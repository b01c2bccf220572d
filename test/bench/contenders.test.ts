/** The processes that contenders start, as the kernel lists them. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test, vi } from 'vitest'
import type { Contender } from '../../bench/contenders/contender.ts'
import { NCHAN } from '../../bench/contenders/nchan.ts'
import { NODE_HTTP } from '../../bench/contenders/node-http.ts'
import { RUNNEL_FLEET } from '../../bench/contenders/runnel-fleet.ts'
import { buildRunnel, RUNNEL, runnel } from '../../bench/contenders/runnel.ts'
import { variants } from '../../bench/telemetry/variants.ts'
import { withChildren } from '../../rig/servers/process-files.ts'

const PROJECT = fileURLToPath(new URL('../../', import.meta.url))

beforeAll(buildRunnel)

/** What is running of the programs of this name that a contender has started. */
async function start({ prepare }: Contender, program: string) {
  const before = new Set(withChildren([process.pid]))
  const prepared = await prepare()
  await using server = await prepared.start()
  const response = await fetch(server.healthUrl)
  const processes = withChildren([process.pid])
    .filter((pid) => !before.has(pid))
    .map((pid) => ({ command: readList(pid, 'cmdline'), variables: readList(pid, 'environ') }))
    .filter(({ command: [path = ''] }) => path.endsWith(`/${program}`))
  return { status: response.status, processes }
}

function readList(pid: number, name: string): readonly string[] {
  return readFileSync(`/proc/${pid}/${name}`, 'latin1').split('\0')
}

/** What the image runs, after the path of Node, and in which environment. */
function readImage() {
  const text = readFileSync(`${PROJECT}Dockerfile`, 'utf8')
  const [, list = ''] = /^ENTRYPOINT (.+)$/m.exec(text) ?? []
  const [, ...args] = JSON.parse(list) as readonly string[]
  const [, environment] = /^ENV (NODE_ENV=\w+)/m.exec(text) ?? []
  return { args: args.map((arg) => arg.replace(/^\/app\//, PROJECT)), environment }
}

test.for([
  { contender: RUNNEL, count: 1 },
  { contender: runnel('flush', 'Runnel with an interval', { flushInterval: 10 }), count: 1 },
  { contender: RUNNEL_FLEET, count: 3 },
])('$contender.title: each process runs as in the image', async ({ contender, count }) => {
  const image = readImage()
  const { status, processes } = await start(contender, 'node')

  expect(status).toBe(200)
  expect(processes).toHaveLength(count)
  for (const { command, variables } of processes) {
    // The port where its heap could be asked for changes nothing until then.
    const args = command.slice(1).filter((arg) => !arg.startsWith('--inspect-port='))
    expect(args.slice(0, image.args.length + 1)).toEqual([...image.args, 'serve'])
    expect(variables).toContain(image.environment)
  }
})

test.for([NODE_HTTP, ...variants(1)])('$title: it compiles no TypeScript', async (contender) => {
  const { processes } = await start(contender, 'node')

  expect(processes).toHaveLength(1)
  expect(processes[0]!.command.filter((arg) => arg.endsWith('.ts'))).toEqual([])
})

const hasNchan = existsSync('/usr/lib/nginx/modules/ngx_nchan_module.so')

test.runIf(hasNchan)('nchan is found by those whose PATH lacks /usr/sbin', async () => {
  vi.stubEnv('PATH', '/usr/bin:/bin')
  try {
    const { status } = await start(NCHAN, 'nginx')
    expect(status).toBe(200)
  } finally {
    vi.unstubAllEnvs()
  }
})
