import { buildGoTool, isGoToolCached, pathOf, type GoTool } from './go-tools.ts'
import {
  buildPythonTool,
  isPythonToolCached,
  pathOfPythonTool,
  type PythonTool,
} from './python-tools.ts'

/** A program that the rig builds into its cache, whatever it is built with. */
export interface Tool {
  readonly name: string
  readonly path: string
  /** Whether it is in the cache as it would be built. */
  readonly isCached: () => Promise<boolean>
  /** Builds it unless it is cached, and resolves to the outcome. */
  readonly build: () => Promise<string>
}

export function goTool(tool: GoTool): Tool {
  return {
    name: tool.name,
    path: pathOf(tool),
    isCached: async () => isGoToolCached(tool),
    build: async () => buildGoTool(tool),
  }
}

export function pythonTool(tool: PythonTool): Tool {
  return {
    name: tool.name,
    path: pathOfPythonTool(tool),
    isCached: async () => isPythonToolCached(tool),
    build: async () => buildPythonTool(tool),
  }
}
