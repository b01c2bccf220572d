/** Errors of a Redis user that lacks a right, and how an operator gives the right. */

/**
 * Whether the words of an error mean that the server lacks a command, or the user a right. Errors of
 * scripts are worded differently, and not alike in 7.0 and later versions.
 */
export function isMissingRight(text: string): boolean {
  // A server without memory says of a command that it is `not allowed when used memory > 'maxmemory'`.
  return /NOPERM|ACL failure|can't (?:run this|access)|unknown.*command|not allowed(?! when used)/i.test(
    text,
  )
}

/** The command that the user may not run. Servers before 7.2 do not name it in errors of scripts. */
export function forbiddenCommand(text: string): string | undefined {
  return /'([a-z|_-]{1,40})' command/i.exec(text)?.[1]?.toLowerCase()
}

/** How to mend the error of a missing right; undefined if the error does not say which one it is. */
export function mendOfMissingRight(text: string): string | undefined {
  const command = forbiddenCommand(text)
  if (command !== undefined) return mendOfCommands([command])
  if (/\bchannels?\b/.test(text))
    return 'give the Redis user the channels of docs/redis.md (&runnel:*, or with another RUNNEL_REDIS_PREFIX)'
  if (/\bkeys?\b/.test(text))
    return 'give the Redis user the keys of docs/redis.md (~runnel:*, or with another RUNNEL_REDIS_PREFIX)'
  return undefined
}

/** How to let a user run commands; undefined if there are none. */
export function mendOfCommands(commands: readonly string[]): string | undefined {
  if (commands.length === 0) return undefined
  return `give the Redis user ${commands.map((command) => `+${command}`).join(' ')}`
}
