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

/**
 * The right that an error names, as it stands in the rule of a user; undefined if it names none. `prefix`: begins the
 * names of all keys and channels.
 */
export function missingRight(text: string, prefix: string): string | undefined {
  const command = forbiddenCommand(text)
  if (command !== undefined) return `+${command}`
  if (/\bchannels?\b/.test(text)) return `&${prefix}:*`
  if (/\bkeys?\b/.test(text)) return `~${prefix}:*`
  return undefined
}

/** How to give a user rights; undefined if there are none. */
export function mendOfRights(rights: readonly string[]): string | undefined {
  return rights.length === 0 ? undefined : `give the Redis user ${[...new Set(rights)].join(' ')}`
}
