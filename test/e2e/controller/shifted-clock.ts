/** Loaded before the program: each SIGUSR2 moves its clock by as many ms as the next item of CLOCK_JUMPS says. */
const jumps = (process.env['CLOCK_JUMPS'] ?? '').split(',').map(Number)
const now = Date.now.bind(Date)
let shift = 0

Date.now = () => now() + shift
process.on('SIGUSR2', () => {
  shift += jumps.shift() ?? 0
})
