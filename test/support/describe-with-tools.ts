import { spawnSync } from 'node:child_process'
import { beforeAll, describe } from 'vitest'
import { toolPath, type RigTool } from './rig-tools.ts'

/** Milliseconds. From an empty cache a tool's modules are fetched, and all of them are compiled. */
const BUILD_TIME = 1_800_000

const GO = {
  needs: 'Go 1.26 must be on the path',
  isThere: spawnSync('go', ['version']).status === 0,
}
const PYTHON = {
  needs: 'Python 3.11 or later must be on the path, with its module venv (python3-venv)',
  isThere:
    spawnSync('python3', ['-c', 'import sys, venv, ensurepip; assert sys.version_info >= (3, 11)'])
      .status === 0,
}

/** Like `describe`, for tests that need tools of the rig: they are built first, unless they are built. */
export function describeWithTools(
  title: string,
  tools: readonly RigTool[],
  tests: () => void,
): void {
  const missing = [...new Set(tools.map(toolchainOf))].filter(({ isThere }) => !isThere)
  for (const { needs } of missing) {
    console.warn(`The tests of ${title} are skipped: to build ${tools.join(' and ')}, ${needs}.`)
  }
  describe.skipIf(missing.length > 0)(title, () => {
    beforeAll(async () => {
      for (const tool of tools) await toolPath(tool)
    }, BUILD_TIME)
    tests()
  })
}

function toolchainOf(tool: RigTool): typeof GO {
  return tool === 'python-sse-readers' ? PYTHON : GO
}
