/** The rule of the linter that a constructor starts nothing. */
import { RuleTester } from 'oxlint/plugins-dev'
import { describe, test } from 'vitest'
import { startsNothing } from '../../oxlint.constructors.ts'

RuleTester.describe = describe
RuleTester.it = test

const errors = [{ message: /a constructor starts nothing/ }]

new RuleTester().run('start-nothing', startsNothing, {
  valid: [
    'class A { start() { setInterval(f) } }',
    'class A { constructor() { this.later = () => setInterval(f) } }',
    'class A { later = () => { setTimeout(f) } }',
    'class A { static timer = setInterval(f) }',
    'class A { constructor(socket) { socket.setTimeout(0) } }',
    'class A { constructor() { this.#keep() } #keep() { this.kept = 1 } }',
    'class A { constructor() { return class { start() { setInterval(f) } } } }',
    'class A { static start() { const a = new A(); a.start(); return a } }',
  ],
  invalid: [
    { code: 'class A { constructor() { setInterval(f) } }', errors },
    { code: 'class A { constructor() { this.#timer = setTimeout(f, 1).unref() } #timer }', errors },
    { code: 'class A { timer = setInterval(f) }', errors },
    { code: 'class A { constructor() { if (x) for (const a of b) fetch(a) } }', errors },
    { code: 'class A { constructor() { this.worker = new Worker(url) } }', errors },
    { code: 'class A { constructor(server) { server.listen(0) } }', errors },
    { code: 'class A { constructor() { this.part = new Part(); this.part.start() } }', errors },
    { code: 'class A { constructor() { this.#begin() } #begin() { setInterval(f) } }', errors },
    {
      code: 'class A { constructor() { this.b() } b() { this.c() } c() { this.c(), spawn(f) } }',
      errors,
    },
  ],
})
