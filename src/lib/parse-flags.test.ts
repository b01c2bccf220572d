import { expect, test } from 'vitest'
import { FlagError, parseFlags } from './parse-flags.ts'

const OPTIONS = { url: { type: 'string' }, lines: { type: 'boolean' } } as const

function problemOf(args: readonly string[], allowPositionals = false): string {
  try {
    parseFlags({ args: [...args], options: OPTIONS, allowPositionals })
  } catch (error) {
    if (error instanceof FlagError) return error.message
    throw error
  }
  return ''
}

test('known flags are parsed as Node does', () => {
  const { values } = parseFlags({ args: ['--url=a', '--lines'], options: OPTIONS })

  expect(values).toEqual({ url: 'a', lines: true })
})

test.for([
  [['--line'], 'expected a known flag, got --line: did you mean --lines?'],
  [['--url', 'a', '--ulr=secret'], 'expected a known flag, got --ulr: did you mean --url?'],
  [['-x'], 'expected a known flag, got -x'],
  [['more'], 'expected flags only, got "more"'],
  [['http://u:secret@a.example'], 'expected flags only, got "http://…@a.example"'],
] as const)('%j: %s', ([args, problem]) => {
  expect(problemOf(args)).toBe(problem)
})

test('a flag without its value, or with one too many, is named', () => {
  expect(problemOf(['--url'])).toBe('expected a value after --url, got none')
  expect(problemOf(['--lines=x'])).toBe('expected no value for --lines, got one')
  expect(problemOf(['--url', '--lines'])).toMatch(
    /^expected a value after --url, .+: write --url=-…/,
  )
  expect(problemOf(['--url', '-secret'])).not.toContain('secret')
  expect(problemOf(['--lines=secret'])).toMatch(/--lines(?!=)/)
  expect(problemOf(['--lines=secret'])).not.toContain('secret')
})

test('arguments that are expected are none of its business', () => {
  expect(problemOf(['more'], true)).toBe('')
})
