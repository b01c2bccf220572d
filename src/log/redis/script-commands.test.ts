/** What the scripts declare decides which rights are tried at the start. */
import { expect, test } from 'vitest'
import { APPEND_SCRIPT } from './append-script.ts'
import { POSITION_CHECK_SCRIPT } from './position-check-script.ts'
import { READ_SCRIPT } from './read-script.ts'

test.for([
  ['append', APPEND_SCRIPT],
  ['read', READ_SCRIPT],
  ['position check', POSITION_CHECK_SCRIPT],
] as const)('the script to %s declares the commands that stand in its text', ([, script]) => {
  const named = script.text.matchAll(/\b(?:p?call|set)\('([A-Z]+)'/g)
  expect(new Set(Array.from(named, ([, command]) => command))).toEqual(script.commands)
})
