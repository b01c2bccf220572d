/** The rules for events of every publish format. `where` names the event in errors. */
import { eventNameFault } from '../../wire/event-name.ts'
import type { NewEvent } from '../../log/event-log.ts'
import { Problem } from '../problem.ts'

const LINE_BREAK = /\r\n?/g

/** Makes an event from a checked name, and checks its data. */
export function newEvent(where: string, name: string, data: string): NewEvent {
  if (!data.isWellFormed()) throw loneSurrogate(where)
  return { name, data: data.includes('\r') ? data.replace(LINE_BREAK, '\n') : data }
}

export function checkEventName(where: string, name: string): void {
  const fault = eventNameFault(name)
  if (fault !== undefined) throw new Problem(400, `${where}event: ${fault}`)
}

export function loneSurrogate(where: string): Problem {
  return new Problem(400, `${where}data: expected no lone surrogates`)
}
