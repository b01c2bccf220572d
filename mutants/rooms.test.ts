/** The lists fit the code: a fault that cannot be put into it proves nothing. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { applyEdit } from './apply-edit.ts'
import { isAnswered } from './fault.ts'
import { ROOMS } from './rooms.ts'
import { selectFaults } from './select-faults.ts'

const ROOT = join(import.meta.dirname, '..')

test.for(selectFaults(ROOMS, []))('$name', async ({ fault }) => {
  applyEdit(await readFile(join(ROOT, fault.file), 'utf8'), fault)
  expect(fault.what).toMatch(/^[A-Z].*\.$/)
})

test.for(selectFaults(ROOMS, []))('$name is seen by a test, or answered', ({ fault }) => {
  const isProven = isAnswered(fault)
    ? fault.answered.startsWith('changes nothing that anybody can observe, because ')
    : existsSync(join(ROOT, fault.seenBy))
  expect(isProven).toBe(true)
})
