/** The process that makes the load: does what its parent says, one order at a time. */
import { Load, type Outcome } from './load.ts'
import type { Answer, Order } from './orders.ts'

let load: Load | undefined

process.on('message', (order: Order) => {
  void answer(order)
})

async function answer(order: Order): Promise<void> {
  let reply: Answer
  try {
    reply = { kind: 'done', outcome: await carryOut(order) }
  } catch (error) {
    reply = { kind: 'failed', reason: error instanceof Error ? error.message : String(error) }
  }
  process.send?.(reply)
}

async function carryOut(order: Order): Promise<Outcome | undefined> {
  if (order.kind === 'begin') {
    load = new Load(order.port, order.publishers)
    return undefined
  }
  if (load === undefined) throw new Error(`expected a server before ${order.kind}`)
  switch (order.kind) {
    case 'rehearse':
      await load.rehearse(order.events)
      return undefined
    case 'connect':
      await load.connect(order.streams)
      return undefined
    case 'disconnect':
      await load.disconnect()
      return undefined
    case 'pace':
      return load.pace(order.rate, order.seconds)
    case 'saturate':
      return load.saturate(order.inFlight, order.seconds)
  }
}
