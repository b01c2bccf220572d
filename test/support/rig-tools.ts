import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { endsWithParent } from '../../rig/servers/ends-with-parent.ts'

export type RigTool =
  | 'jaeger'
  | 'prometheus'
  | 'promtool'
  | 'k6'
  | 'go-sse-readers'
  | 'python-sse-readers'

const RIG = fileURLToPath(new URL('../../rig/main.ts', import.meta.url))

/** What the rig has answered: each time it is asked, it compares all sources of a tool. */
const paths = new Map<RigTool, Promise<string>>()

/** Resolves to the path of a tool, which the rig builds unless it is built. The rig reports its progress. */
export async function toolPath(tool: RigTool): Promise<string> {
  const known = paths.get(tool)
  if (known !== undefined) return known
  const path = askRig(tool)
  paths.set(tool, path)
  return path
}

async function askRig(tool: RigTool): Promise<string> {
  // Other tests of the file wait for it too, so it does not end with this one.
  const [file, ...args] = endsWithParent([process.execPath, RIG, 'tool', tool])
  const child = spawn(file, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [path, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
  if (code !== 0) throw new Error(`expected the rig to build ${tool}: it says above why it cannot`)
  return path.trim()
}
