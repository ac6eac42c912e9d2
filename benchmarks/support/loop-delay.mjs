// Preloaded into a server (`--import`): writes every 50 ms how long its event loop was blocked at most, and how much processor time
// passed at most between two ticks of a timer of 5 ms, as lines `milliseconds-since-1970 milliseconds milliseconds` of a file per
// process in the folder LOOP_DELAY_FOLDER. On a machine with other load the former includes the time in which the process did not
// run; the latter is the longest turn and at most 5 ms more.

import { appendFileSync, closeSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'

const RESOLUTION_MS = 5
const folder = process.env.LOOP_DELAY_FOLDER
if (folder !== undefined) {
  const file = join(folder, String(process.pid))
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  histogram.enable()
  let before = computedMs()
  let most = 0
  setInterval(() => {
    const now = computedMs()
    most = Math.max(most, now - before)
    before = now
  }, RESOLUTION_MS).unref()
  setInterval(() => {
    const blocked = Math.max(histogram.max / 1e6 - RESOLUTION_MS, 0)
    appendFileSync(file, `${Date.now()} ${blocked.toFixed(1)} ${most.toFixed(1)}\n`)
    histogram.reset()
    most = 0
  }, 50).unref()
}

/** Milliseconds for which the thread of the event loop has run. */
function computedMs() {
  const stat = Buffer.alloc(64)
  const handle = openSync('/proc/thread-self/schedstat', 'r')
  const length = readSync(handle, stat)
  closeSync(handle)
  return Number(stat.toString('latin1', 0, length).split(' ')[0]) / 1e6
}
