import type { GoTool } from '../build/go-tools.ts'
import type { PythonTool } from '../build/python-tools.ts'

/** Each reads an event stream with one of several libraries, and prints its events: `NAME LIBRARY URL SILENCE`. */
export const GO_SSE_READERS: GoTool = {
  module: 'sse-readers',
  package: '.',
  name: 'go-sse-readers',
}

export const PYTHON_SSE_READERS: PythonTool = {
  folder: 'sse-readers',
  name: 'python-sse-readers',
}
