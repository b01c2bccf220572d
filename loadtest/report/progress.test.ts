import { PassThrough } from 'node:stream'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { fakeSecond } from './fake-result.ts'
import { FakeTerminal } from './fake-terminal.ts'
import { startProgress } from './start-progress.ts'

const HOSTILE = 'connect\u001B[2J\nFAKE LINE\r\u009B31m'

/** Control characters but line feeds: with them a text could move a cursor. */
const CONTROL = /[^\P{Cc}\n]/u

afterEach(() => vi.unstubAllEnvs())

function startPlain() {
  const stream = new PassThrough({ encoding: 'utf8' })
  const progress = startProgress(stream as unknown as NodeJS.WriteStream)
  return {
    progress,
    lines: () =>
      String(stream.read() ?? '')
        .split('\n')
        .slice(0, -1),
  }
}

function startOn(terminal: FakeTerminal) {
  return startProgress(terminal as unknown as NodeJS.WriteStream)
}

describe('progress in a pipe', () => {
  it('has a line for each phase and note, and one every five seconds', () => {
    const { progress, lines } = startPlain()
    progress.phase('connect')
    progress.note('a note')
    for (let second = 1; second <= 11; second++)
      progress.second(fakeSecond({ second }), { from: 0, to: 60 })
    progress.end()
    expect(lines()).toEqual([
      expect.stringContaining('connect'),
      'a note',
      expect.stringMatching(/^0:05 {2}connect until 1:00 /),
      expect.stringMatching(/^0:10 {2}connect until 1:00 /),
    ])
  })

  it('sums reconnects and findings from the start', () => {
    const { progress, lines } = startPlain()
    for (let second = 1; second <= 5; second++) {
      progress.second(fakeSecond({ second, reconnects: 2, findings: 1 }), undefined)
    }
    expect(lines()).toEqual([expect.stringMatching(/^0:05 .* 10 reconnects {2}5 findings$/)])
  })

  it('holds no control characters, not even those of a hostile name', () => {
    const { progress, lines } = startPlain()
    progress.phase(HOSTILE)
    progress.note(HOSTILE)
    progress.second(fakeSecond({ second: 5 }), { from: 0, to: 60 })
    const all = lines()
    expect(all).toHaveLength(3)
    expect(all.join('\n')).not.toMatch(CONTROL)
  })
})

describe('progress on a terminal', () => {
  it('is one block, below the phases and notes so far', () => {
    const terminal = new FakeTerminal(80)
    const progress = startOn(terminal)
    progress.phase('connect')
    progress.second(fakeSecond({ second: 1, open: 10 }), { from: 0, to: 60 })
    progress.note('a note')
    progress.phase('publish')
    progress.second(fakeSecond({ second: 2, open: 1_000 }), { from: 0, to: 60 })
    const { screen } = terminal
    expect(screen.slice(0, 3).map((line) => line.slice(2))).toEqual([
      'connect',
      'a note',
      'publish',
    ])
    expect(screen.filter((line) => line.includes('subscribers'))).toEqual([
      expect.stringContaining('1,000 open'),
    ])
    expect(screen.join('\n')).not.toContain('10 open')
    expect(screen).toHaveLength(9)
  })

  it('tells the phase and its end even in a narrow window', () => {
    const terminal = new FakeTerminal(50)
    const progress = startOn(terminal)
    progress.phase('publish')
    progress.second(fakeSecond({ second: 30 }), { from: 0, to: 60 })
    expect(terminal.screen[1]).toMatch(/^ +0:30 +publish until 1:00/)
  })

  it('leaves no block behind', () => {
    const terminal = new FakeTerminal(80)
    const progress = startOn(terminal)
    progress.phase('connect')
    progress.second(fakeSecond(), { from: 0, to: 60 })
    progress.end()
    expect(terminal.screen.map((line) => line.slice(2))).toEqual(['connect'])
  })

  it.each([20, 40, 80])('does not wrap at %s columns', (columns) => {
    const terminal = new FakeTerminal(columns)
    const progress = startOn(terminal)
    for (let second = 1; second < 4; second++)
      progress.second(fakeSecond({ second }), { from: 0, to: 60 })
    expect(terminal.screen).toHaveLength(6)
  })

  it('leaves nothing behind when the window becomes narrower', () => {
    const terminal = new FakeTerminal(100)
    const progress = startOn(terminal)
    progress.phase('connect')
    progress.second(fakeSecond({ second: 1 }), { from: 0, to: 60 })
    terminal.narrow(30)
    progress.second(fakeSecond({ second: 2 }), { from: 0, to: 60 })
    expect(terminal.screen).toHaveLength(7)
    expect(terminal.screen[0]).toContain('connect')
  })

  it('writes each picture at once', () => {
    const terminal = new FakeTerminal(80)
    const write = vi.spyOn(terminal, 'write')
    startOn(terminal).second(fakeSecond(), { from: 0, to: 60 })
    expect(write).toHaveBeenCalledTimes(1)
  })

  it('has colors, unless NO_COLOR is set', () => {
    const color = '\u001B[1m'
    vi.stubEnv('FORCE_COLOR', undefined)
    const colored = new FakeTerminal(80)
    startOn(colored).second(fakeSecond(), { from: 0, to: 60 })
    expect(colored.written).toContain(color)
    const plain = new FakeTerminal(80, { NO_COLOR: '1' })
    startOn(plain).second(fakeSecond(), { from: 0, to: 60 })
    expect(plain.written).not.toContain(color)
  })

  it('does not let a hostile name move the cursor', () => {
    const terminal = new FakeTerminal(80)
    const progress = startOn(terminal)
    progress.phase(HOSTILE)
    progress.note(HOSTILE)
    progress.second(fakeSecond(), { from: 0, to: 60 })
    expect(terminal.screen).toHaveLength(8)
  })
})
