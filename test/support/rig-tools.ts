import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

export type RigTool = 'jaeger' | 'prometheus' | 'promtool'

const RIG = fileURLToPath(new URL('../../rig/main.ts', import.meta.url))

/** Resolves to the path of a tool, which the rig builds unless it is built. The rig reports its progress. */
export async function toolPath(tool: RigTool): Promise<string> {
  const child = spawn(process.execPath, [RIG, 'tool', tool], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [path, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
  if (code !== 0) throw new Error(`expected the rig to build ${tool}: it says above why it cannot`)
  return path.trim()
}
