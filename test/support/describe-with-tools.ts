import { spawnSync } from 'node:child_process'
import { beforeAll, describe } from 'vitest'
import { toolPath, type RigTool } from './rig-tools.ts'

/** Milliseconds. From an empty cache a tool's modules are fetched, and all of them are compiled. */
const BUILD_TIME = 1_800_000

const hasGo = spawnSync('go', ['version']).status === 0

/** Like `describe`, for tests that need tools of the rig: they are built first, unless they are built. */
export function describeWithTools(
  title: string,
  tools: readonly RigTool[],
  tests: () => void,
): void {
  if (!hasGo) {
    const names = tools.join(' and ')
    console.warn(
      `The tests of ${title} are skipped: to build ${names}, Go 1.26 must be on the path.`,
    )
  }
  describe.skipIf(!hasGo)(title, () => {
    beforeAll(async () => {
      for (const tool of tools) await toolPath(tool)
    }, BUILD_TIME)
    tests()
  })
}
