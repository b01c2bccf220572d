import { countFallenBehind, type Round } from './measure-round.ts'
import { recordFigures } from './measured-figures.ts'
import type { Plan } from './measurement-plan.ts'
import { spreadOf } from './spread.ts'

/** Throws where a server fell behind: its cost of a delivery is then too low. */
export function recordRounds(rounds: readonly Round[], plan: Plan): void {
  if (countFallenBehind(rounds, plan) > 0) {
    throw new Error(
      'expected no server to fall behind: repeat this on a machine with nothing to do',
    )
  }
  const median = (read: (round: Round) => number) => Math.round(spreadOf(rounds.map(read)).median)
  recordFigures('service', 'npm run bench -- --record', {
    deliveriesPerCpuSecond: median(({ service }) => service.fanOut.paced.deliveriesPerCpuSecond),
    microsecondsToOpen: median(({ service }) => service.idle.connect),
    bytesPerStream: median(({ service }) => service.idle.rss),
    bytesWithoutStreams: median(({ service }) => service.idle.base),
  })
}
