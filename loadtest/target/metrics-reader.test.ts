import { expect, test } from 'vitest'
import { parseServer } from './metrics-reader.ts'

test('metrics of Runnel are a sample', () => {
  const text = `# HELP runnel_active_streams Streams that hold a slot.
# TYPE runnel_active_streams gauge
runnel_active_streams 12
nodejs_eventloop_time_seconds_total{nodejs_eventloop_state="active"} 1.5
nodejs_eventloop_time_seconds_total{nodejs_eventloop_state="idle"} 30
nodejs_eventloop_delay_p99_seconds 0.0225
v8js_memory_heap_used_bytes{v8js_heap_space_name="new_space"} 1000
v8js_memory_heap_used_bytes{v8js_heap_space_name="old_space"} 2.5e3
v8js_gc_duration_seconds_sum{v8js_gc_type="minor"} 0.25
v8js_gc_duration_seconds_sum{v8js_gc_type="major"} 0.5
`
  expect(parseServer('pod', text)).toEqual({
    name: 'pod',
    streams: 12,
    cpu: 1.5,
    rss: undefined,
    heap: 3_500,
    gc: 0.75,
    loopDelay: 2.5,
    descriptors: undefined,
  })
})

test('metrics of a process in its usual names are read from any program', () => {
  const text = `process_cpu_seconds_total 4.25 1700000000000
process_resident_memory_bytes 1e6
process_open_fds 40
odd{label="a } 7"} 3
`
  expect(parseServer('hub', text)).toMatchObject({ cpu: 4.25, rss: 1_000_000, descriptors: 40 })
})

test('nothing is made up from other text', () => {
  expect(Object.values(parseServer('page', '<html>not metrics</html>'))).toEqual([
    'page',
    ...Array.from({ length: 7 }),
  ])
})
