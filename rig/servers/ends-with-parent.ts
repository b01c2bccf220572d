/**
 * The words before a command that ends it with the process that starts it, even if that is killed. The command takes
 * the place of `setpriv`, so that it has the process id. Where there is no Linux, these words are none.
 */
export function endsWithParent(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): readonly string[] {
  if (process.platform !== 'linux') return []
  // Not by its name: some commands get no PATH.
  return ['/usr/bin/setpriv', '--pdeathsig', signal.slice('SIG'.length)]
}
