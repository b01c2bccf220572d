/** The process that makes the load: does what its parent says, one order at a time. */
import { Load } from './load.ts'
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

async function carryOut(order: Order): Promise<Extract<Answer, { kind: 'done' }>['outcome']> {
  switch (order.kind) {
    case 'connect':
      load = new Load(order.port, order.publishers)
      await load.connect(order.count)
      return undefined
    case 'pace':
      return load?.pace(order.rate, order.seconds)
    case 'saturate':
      return load?.saturate(order.inFlight, order.seconds)
    case 'disconnect':
      await load?.disconnect()
      load = undefined
      return undefined
  }
}
