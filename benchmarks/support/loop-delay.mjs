// Preloaded into a server (`--import`): writes every 50 ms how long its event loop was blocked at most, with the time, as
// lines `milliseconds-since-1970 milliseconds` of a file per process in the folder LOOP_DELAY_FOLDER.

import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'

const RESOLUTION_MS = 5
const folder = process.env.LOOP_DELAY_FOLDER
if (folder !== undefined) {
  const file = join(folder, String(process.pid))
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  histogram.enable()
  setInterval(() => {
    appendFileSync(file, `${Date.now()} ${Math.max(histogram.max / 1e6 - RESOLUTION_MS, 0).toFixed(1)}\n`)
    histogram.reset()
  }, 50).unref()
}
