#!/usr/bin/env node
/** Runs a command with the streams and signals of the process. Only the module of that command is loaded. */
import { BadUse, END_SIGNALS, type Command, type CommandIo } from './cli/command.ts'
import { printable, showsColors } from './cli/terminal.ts'
import { watchPipe } from './cli/watch-pipe.ts'
import { didYouMean } from './lib/nearest-name.ts'
import { FlagError } from './lib/parse-flags.ts'
import { withoutCredentials } from './lib/without-credentials.ts'

const COMMANDS: Readonly<Record<string, { does: string; load: () => Promise<Command> }>> = {
  serve: {
    does: 'run the stream service',
    load: async () => (await import('./cli/serve.ts')).serve,
  },
  control: {
    does: 'run the controller that scales fleets in Kubernetes',
    load: async () => (await import('./cli/control.ts')).control,
  },
  tail: {
    does: 'follow channels in the terminal',
    load: async () => (await import('./cli/tail/tail.ts')).tail,
  },
  publish: {
    does: 'publish an argument, a file or lines of standard input',
    load: async () => (await import('./cli/publish/publish.ts')).publish,
  },
  check: {
    does: 'say whether events arrive on time through a proxy',
    load: async () => (await import('./cli/check/check.ts')).check,
  },
  trace: {
    does: 'draw the way of an event from a trace in Jaeger',
    load: async () => (await import('./cli/trace/trace.ts')).trace,
  },
  explain: {
    does: 'show settings, their values and where they come from',
    load: async () => (await import('./cli/explain.ts')).runExplain,
  },
}

/** All that may stand in place of a command. */
const NAMES = [...Object.keys(COMMANDS), 'help', '--help', '--version']

const outputClosed = new AbortController()
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') outputClosed.abort()
  else throw error
})
// A closed standard error is ignored, since there is no other stream for messages.
process.stderr.on('error', () => {})

const io: CommandIo = {
  env: process.env,
  input: process.stdin,
  isInputTerminal: process.stdin.isTTY,
  write: (text) => process.stdout.write(text),
  writeError: (text) => process.stderr.write(text),
  flush: () =>
    new Promise((resolve) => {
      process.stdout.write('', () => {
        resolve()
      })
    }),
  isTerminal: process.stdout.isTTY,
  hasColors: showsColors(process.stdout.isTTY, process.env),
  isErrorTerminal: process.stderr.isTTY,
  onSignal: (listener) => {
    for (const signal of END_SIGNALS) process.on(signal, listener)
    return () => {
      for (const signal of END_SIGNALS) process.off(signal, listener)
    }
  },
  onUncaught: (listener) => {
    // Rejections come here as well.
    process.on('uncaughtException', listener)
    return () => {
      process.off('uncaughtException', listener)
    }
  },
  onOutputClosed: (listener) => {
    outputClosed.signal.addEventListener('abort', listener)
    const stopWatching = watchPipe(process.stdout.fd, listener)
    return () => {
      outputClosed.signal.removeEventListener('abort', listener)
      stopWatching()
    }
  },
  exit: (code) => process.exit(code),
}

process.exit(await run(process.argv.slice(2)))

async function run([name, ...args]: readonly string[]): Promise<number> {
  // `Object.hasOwn`, since every object has a `toString`.
  const command = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (command !== undefined) {
    try {
      return await (
        await command.load()
      )(args, io)
    } catch (error) {
      io.writeError(`runnel ${name}: ${describe(error)}\n`)
      return error instanceof BadUse || error instanceof FlagError ? 2 : 1
    }
  }
  if (name === '--version') {
    io.write(`${(await import('./lib/version.ts')).VERSION}\n`)
    return 0
  }
  const isHelp = name === undefined || name === 'help' || name === '--help' || name === '-h'
  if (isHelp) io.write(usage())
  else io.writeError(`${describeUnknown(name)}\n\n${usage()}`)
  return isHelp ? 0 : 2
}

function usage(): string {
  const rows = Object.entries(COMMANDS).map(([name, { does }]) => `  ${name.padEnd(10)}${does}\n`)
  return `Usage: runnel COMMAND [options]\n\n${rows.join('')}\nrunnel COMMAND --help tells more.\n`
}

function describeUnknown(name: string): string {
  const shown = JSON.stringify(withoutCredentials(name))
  return `expected a command, got ${shown}${didYouMean(name, NAMES)}`
}

/** The message of an error, safe for a terminal: it may hold text of a server, such as a refusal. */
function describe(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.split('\n').map(printable).join('\n')
}
