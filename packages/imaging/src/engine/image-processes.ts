/**
 * Processes that handle images, one job at a time each. They are started when they are needed, replaced when they end, and
 * ended when nothing was to be done for a while.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { ImageFault } from '../fault.js'
import { type ImageProcessor, ImagesBusy, ImagesUnavailable, type ImageWork } from '../image-processor.js'
import { EXIT_MEMORY, type ImageAnswer, type ImageJob, type ImageResult } from '../job.js'

/** The resources that image processes may use. */
export interface ImageLimits {
  /** Processes at a time. */
  readonly processes: number
  /** Requests that wait for one of them at most. */
  readonly waiting: number
  /** Bytes of memory of a process. */
  readonly memory: number
  /** Milliseconds that a job may take. */
  readonly jobMs: number
  /** Milliseconds after which a process without jobs is ended. */
  readonly idleMs: number
}

/** The limits without configuration. */
export const IMAGE_LIMITS: ImageLimits = {
  processes: 2,
  waiting: 64,
  memory: 1024 ** 3,
  jobMs: 20_000,
  idleMs: 60_000,
}

/** Variables that the library and its fonts need; all others, secrets among them, are kept from the processes. */
const PASSED = [
  'PATH',
  'LANG',
  'HOME',
  'SystemRoot',
  'TEMP',
  'TMPDIR',
  'FONTCONFIG_FILE',
  'FONTCONFIG_PATH',
  'XDG_CACHE_HOME',
]

/**
 * Runs jobs in processes of its own, so that a hostile image can exhaust or crash only these. A job that takes too
 * long or too much memory fails with ImageFault TooCostly. Close it to end the processes.
 */
export class ImageProcesses implements ImageProcessor {
  readonly #limits: ImageLimits
  readonly #idle: ImageProcess[] = []
  readonly #all = new Set<ImageProcess>()
  readonly #waiting: (() => void)[] = []
  #running = 0
  #closed = false

  constructor(limits: Partial<ImageLimits> = {}) {
    this.#limits = { ...IMAGE_LIMITS, ...limits }
  }

  async process(load: () => Promise<ImageWork>): Promise<ImageResult> {
    await this.#enter()
    try {
      return await this.#run(await load())
    } finally {
      this.#running -= 1
      this.#waiting.shift()?.()
    }
  }

  /** Ends all processes; jobs that run fail. */
  close(): void {
    this.#closed = true
    for (const one of this.#all) one.end()
  }

  async #enter(): Promise<void> {
    if (this.#running >= this.#limits.processes) {
      if (this.#waiting.length >= this.#limits.waiting) throw new ImagesBusy()
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
    this.#running += 1
  }

  async #run(work: ImageWork): Promise<ImageResult> {
    if (this.#closed) throw new Error('the server is stopping')
    const one = this.#idle.pop() ?? this.#start()
    try {
      return await one.run(work)
    } finally {
      if (one.isAlive && !this.#closed) this.#rest(one)
      else this.#all.delete(one)
    }
  }

  #start(): ImageProcess {
    const one = new ImageProcess(this.#limits)
    this.#all.add(one)
    return one
  }

  #rest(one: ImageProcess): void {
    this.#idle.push(one)
    one.endAfter(this.#limits.idleMs, () => {
      const at = this.#idle.indexOf(one)
      if (at !== -1) this.#idle.splice(at, 1)
      this.#all.delete(one)
    })
  }
}

/** One process, with at most one job. */
class ImageProcess {
  readonly #child: ChildProcess
  readonly #limits: ImageLimits
  #idleTimer: NodeJS.Timeout | undefined
  #jobs = 0
  #isAlive = true

  constructor(limits: ImageLimits) {
    this.#limits = limits
    const passed = PASSED.flatMap((name) =>
      process.env[name] === undefined ? [] : [[name, process.env[name]] as const],
    )
    this.#child = fork(fileURLToPath(new URL('./image-main.js', import.meta.url)), [], {
      execArgv: [],
      env: { ...Object.fromEntries(passed), BINDERY_IMAGE_MEMORY: String(limits.memory) },
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    this.#child.once('exit', () => {
      this.#isAlive = false
    })
    // a failed start, or a message to a process that has ended: its exit is what counts
    this.#child.on('error', () => this.end())
    this.#release()
  }

  get isAlive(): boolean {
    return this.#isAlive && this.#child.connected
  }

  /** Throws ImageFault, ImagesUnavailable. */
  async run(work: ImageWork): Promise<ImageResult> {
    clearTimeout(this.#idleTimer)
    this.#child.ref()
    this.#child.channel?.ref()
    this.#jobs += 1
    const job: ImageJob = { id: this.#jobs, ...work }
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      this.end()
    }, this.#limits.jobMs)
    try {
      return resultOf(await this.#answer(job, () => isLate))
    } finally {
      clearTimeout(timer)
      this.#release()
    }
  }

  async #answer(job: ImageJob, isLate: () => boolean): Promise<ImageAnswer> {
    const waiting = new AbortController()
    const { signal } = waiting
    try {
      const answer = once(this.#child, 'message', { signal }).then(([message]) => message as ImageAnswer)
      const end = once(this.#child, 'exit', { signal }).then(([code]): ImageAnswer => {
        const isCostly = isLate() || code === EXIT_MEMORY
        if (isCostly) return { id: job.id, kind: 'refused', fault: 'TooCostly', parameter: '', value: '' }
        return { id: job.id, kind: 'failed', why: `the process that handles images ended with ${code}` }
      })
      this.#child.send(job)
      return await Promise.race([answer, end])
    } finally {
      waiting.abort()
    }
  }

  endAfter(ms: number, onEnd: () => void): void {
    this.#idleTimer = setTimeout(() => {
      onEnd()
      this.end()
    }, ms).unref()
  }

  end(): void {
    this.#isAlive = false
    clearTimeout(this.#idleTimer)
    this.#child.kill('SIGKILL')
  }

  /** A process without a job does not keep its parent alive. */
  #release(): void {
    this.#child.unref()
    this.#child.channel?.unref()
  }
}

function resultOf(answer: ImageAnswer): ImageResult {
  switch (answer.kind) {
    case 'made':
      return answer.result
    case 'refused':
      throw new ImageFault(answer.fault, answer.parameter, answer.value)
    case 'unavailable':
      throw new ImagesUnavailable(answer.why)
    case 'failed':
      throw new Error(`an image could not be processed: ${answer.why}`)
  }
}
