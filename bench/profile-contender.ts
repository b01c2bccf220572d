import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Contender, MeasuredServer } from './contenders/contender.ts'
import { summarizeProfile } from './processes/cpu-profile.ts'
import type { Row } from './rows/row.ts'

/** Functions in a summary. */
const LINES = 20

/**
 * The same row, of which each contender that runs on Node leaves a CPU profile of each round: from the start of its server
 * to its end, and of its first process.
 */
export function profileRow(row: Row, directory: string): Row {
  mkdirSync(directory, { recursive: true })
  const contenders = row.contenders.map((contender) => {
    return profileContender(contender, join(directory, `${row.name}-${contender.name}`))
  })
  return { ...row, contenders }
}

function profileContender(contender: Contender, path: string): Contender {
  let round = 0
  return {
    ...contender,
    prepare: async () => {
      const { version, start } = await contender.prepare()
      return {
        version,
        start: async () => profileServer(await start(), `${path}-${++round}.cpuprofile`),
      }
    },
  }
}

async function profileServer(server: MeasuredServer, file: string): Promise<MeasuredServer> {
  const profiling = await server.profile?.()
  if (profiling === undefined) return server
  return {
    ...server,
    [Symbol.asyncDispose]: async () => {
      try {
        const profile = await profiling.end()
        writeFileSync(file, JSON.stringify(profile))
        process.stderr.write(`${file}, time of their own:\n${summarizeProfile(profile, LINES)}`)
      } finally {
        await server[Symbol.asyncDispose]()
      }
    },
  }
}
