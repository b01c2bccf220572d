import { expect, test } from 'vitest'
import { findProgram } from '../../rig/servers/find-program.ts'

test('a program that is not installed is named with the command that installs it', () => {
  expect(() => findProgram('runnel-nowhere')).toThrow(
    'runnel-nowhere is not installed; on Debian or Ubuntu: sudo apt-get install',
  )
})
