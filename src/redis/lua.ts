/** A text in Lua, and the commands of the server that it runs. */
export interface Lua {
  readonly text: string
  readonly commands: ReadonlySet<string>
}

/**
 * A tag for texts in Lua. Its arguments are the commands that the text itself runs, in capital letters as they stand
 * there; those of the texts that are put into it are added. The rights that Runnel tries at its start, and those that
 * docs/redis.md lists, derive from them.
 */
export function lua(
  ...own: readonly string[]
): (parts: TemplateStringsArray, ...values: readonly (Lua | number | string)[]) => Lua {
  return (parts, ...values) => {
    const commands = new Set(own)
    let text = parts[0]!
    for (const [index, value] of values.entries()) {
      const isLua = typeof value === 'object'
      text += (isLua ? value.text : String(value)) + parts[index + 1]!
      if (isLua) for (const command of value.commands) commands.add(command)
    }
    return { text, commands }
  }
}
