import { createHash } from 'node:crypto'
import { lua, type Lua } from './lua.ts'
import type { Servers } from './servers.ts'

/** Lua for the start of a script: `now` is the server's clock, in ms. */
export const NOW = lua('TIME')`
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
`

/**
 * A Lua script that runs on the server of its keys. Its text is sent only to a server that does not know it
 * yet. Own code: the library's scripts send their text on every new connection, and have no types.
 */
export class Script {
  readonly commands: ReadonlySet<string>
  readonly #text: string
  readonly #digest: string

  constructor({ text, commands }: Lua) {
    this.commands = commands
    this.#text = text
    this.#digest = createHash('sha1').update(text).digest('hex')
  }

  /** Rejects with the errors of the server and of the connection. */
  async run(
    { commands }: Pick<Servers, 'commands'>,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<unknown> {
    try {
      return await commands.evalsha(this.#digest, keys.length, ...keys, ...args)
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
      return commands.eval(this.#text, keys.length, ...keys, ...args)
    }
  }
}
