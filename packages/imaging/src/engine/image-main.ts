/**
 * The process that handles images: it takes jobs from its parent, one at a time, and answers each. Hostile images can harm
 * nothing but this process, which holds no secret and no file. It ends with its parent, or when it needs too much memory.
 */

import { ImageFault } from '../fault.js'
import { EXIT_MEMORY, type ImageAnswer, type ImageJob } from '../job.js'
import { processImage } from './process-image.js'
import { loadSharp } from './sharp-library.js'

/** Bytes of memory that the process may use, and how often it looks, in milliseconds. */
const MEMORY_MAX = Number(process.env.BINDERY_IMAGE_MEMORY)
const LOOK_MS = 50

const loaded = loadSharp().then(
  (sharp) => ({ sharp }),
  (error: unknown) => ({ why: error instanceof Error ? error.message : String(error) }),
)

async function answerTo(job: ImageJob): Promise<ImageAnswer> {
  const { id } = job
  const library = await loaded
  if (!('sharp' in library)) return { id, kind: 'unavailable', why: library.why }
  try {
    return { id, kind: 'made', result: await processImage(library.sharp, job) }
  } catch (error) {
    if (!(error instanceof ImageFault)) {
      return { id, kind: 'failed', why: error instanceof Error ? error.message : String(error) }
    }
    const { fault, parameter, value } = error
    return { id, kind: 'refused', fault, parameter, value }
  }
}

process.on('message', (job: ImageJob) => {
  void answerTo(job).then((answer) => process.send?.(answer))
})
process.on('disconnect', () => process.exit())
setInterval(() => {
  if (process.memoryUsage.rss() > MEMORY_MAX) process.exit(EXIT_MEMORY)
}, LOOK_MS).unref()
