/** What the server of a measurement sends to each connection of a channel. */
export interface Load {
  readonly channel: string
  /** For people. */
  readonly story: string
  readonly connections: number
  readonly eventsPerWrite: number
  /** Milliseconds between two writes; 0: as soon as all connections have taken the last one. */
  readonly pause: number
}

export const LOADS: readonly Load[] = [
  {
    channel: 'paced',
    story: 'one event a read, 20 a second',
    connections: 1_000,
    eventsPerWrite: 1,
    pause: 50,
  },
  {
    channel: 'saturated',
    story: 'as fast as they are read',
    connections: 20,
    eventsPerWrite: 64,
    pause: 0,
  },
]

/** Of a channel that sends nothing after `runnel.open`. */
export const IDLE = 'idle'

/** In the payloads. */
export const RUN_ID = 'cost'
