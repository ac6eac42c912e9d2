// Tasks that block a page while they run, by the clock and by the time of the processor, which other programs do not lengthen.

const CATEGORIES = '__metadata,disabled-by-default-devtools.timeline'

/**
 * Records the tasks of a page from now on. The function that it returns ends that, and resolves with the milliseconds of the longest
 * one: `processor` and `clock`.
 */
export async function recordTasks(page) {
  const session = await page.context().newCDPSession(page)
  const events = []
  // a minute of a busy page has a million events
  session.on('Tracing.dataCollected', ({ value }) => events.push(...value.filter(isWanted)))
  await session.send('Tracing.start', { categories: CATEGORIES, transferMode: 'ReportEvents' })
  return async () => {
    const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve))
    await session.send('Tracing.end')
    await complete
    await session.detach()
    const threads = events.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
    const mains = new Set(threads.map(({ pid, tid }) => `${pid} ${tid}`))
    const tasks = events.filter(({ name, pid, tid }) => name === 'RunTask' && mains.has(`${pid} ${tid}`))
    const longest = (field) => Math.round(tasks.reduce((most, task) => Math.max(most, task[field] ?? 0), 0) / 100) / 10
    return { processor: longest('tdur'), clock: longest('dur') }
  }
}

const isWanted = ({ name, dur = 0 }) => name === 'thread_name' || (name === 'RunTask' && dur > 10_000)

/** Bytes that the scripts of a page hold after a collection. */
export async function heapBytes(page) {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.enable')
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  await session.detach()
  return usedSize
}
