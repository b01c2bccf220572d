type Command = readonly [file: string, ...args: string[]]

/**
 * A command that ends with the process that starts it, even if that is killed. It takes the place of `setpriv`, and so
 * keeps the process id. Where there is no Linux it is the same command.
 */
export function endsWithParent(
  command: Command,
  signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL',
): Command {
  if (process.platform !== 'linux') return command
  // Not by its name: some commands get no PATH.
  return ['/usr/bin/setpriv', '--pdeathsig', signal.slice('SIG'.length), ...command]
}
