// Tasks that block a page while they run, by the clock and by the time of the processor, which other programs do not lengthen.

import { within } from './limits.mjs'

const CATEGORIES = '__metadata,devtools.timeline,disabled-by-default-devtools.timeline,v8'

/** Work of the page itself: scripts, styles, layout, drawing and collections of garbage. */
const OWN = new Set(
  'EventDispatch FunctionCall TimerFire FireAnimationFrame FireIdleCallback RunMicrotasks EvaluateScript v8.compile ParseHTML UpdateLayoutTree Layout PrePaint Paint Layerize Commit HitTest MinorGC MajorGC'.split(
    ' ',
  ),
)

/**
 * Records the tasks of a page from now on. The function that it returns ends that, and resolves with the milliseconds of the longest
 * one: `processor` is the time that the processor spent on the page's own work in it, `whole` that of the entire task, and `clock` the
 * time that passed. A browser that hands a page the list of thousands of chosen files does so in one task: that is not the page's work.
 */
export async function recordTasks(page) {
  const session = await page.context().newCDPSession(page)
  const events = []
  // a minute of a busy page has a million events
  session.on('Tracing.dataCollected', ({ value }) => {
    for (const event of value) if (isWanted(event)) events.push(event)
  })
  await session.send('Tracing.start', { categories: CATEGORIES, transferMode: 'ReportEvents' })
  return async () => {
    const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve))
    await session.send('Tracing.end')
    await within(complete, 'the end of the recording')
    await session.detach()
    const threads = events.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
    const mains = new Set(threads.map(({ pid, tid }) => `${pid} ${tid}`))
    const ofPage = events.filter(({ pid, tid, dur }) => dur !== undefined && mains.has(`${pid} ${tid}`))
    const tasks = ofPage.filter(({ name }) => name === 'RunTask')
    const work = ofPage.filter(({ name }) => OWN.has(name)).sort((one, other) => one.ts - other.ts)
    const longest = (measured) => Math.round(tasks.reduce((most, task) => Math.max(most, measured(task)), 0) / 100) / 10
    return {
      processor: longest((task) => ownTime(task, work)),
      whole: longest(({ tdur = 0 }) => tdur),
      clock: longest(({ dur }) => dur),
    }
  }
}

/** Microseconds of the processor for the page's own work in a task; work within work counts once. */
function ownTime({ ts, dur, pid, tid }, work) {
  let sum = 0
  let end = ts
  for (const one of work) {
    if (one.ts < end || one.pid !== pid || one.tid !== tid) continue
    if (one.ts >= ts + dur) break
    sum += one.tdur ?? one.dur
    end = one.ts + one.dur
  }
  return sum
}

const isWanted = ({ name, dur = 0 }) =>
  name === 'thread_name' || (name === 'RunTask' && dur > 10_000) || (OWN.has(name) && dur > 500)

/** Bytes that the scripts of a page hold after a collection. */
export async function heapBytes(page) {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.enable')
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  await session.detach()
  return usedSize
}
