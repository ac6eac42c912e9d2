/** A file system that can be made to fail. */
import { setTimeout as sleep } from 'node:timers/promises'
import { appendInSteps, type FileOperations, systemFiles } from '@bindery/storage-local'

/** The effect on calls of one kind. */
export type Fault =
  /** The system's error code; the call fails before it does anything. */
  | string
  /** Additional milliseconds that a call takes. */
  | number
  /** A read returns other bytes than were written. */
  | 'rot'

export class FaultyFiles {
  /** Operations without an entry work normally. */
  faults: Partial<Record<Operation, Fault>> = {}
  /** Free bytes that the disk reports; undefined: the real number. */
  freeBytes: number | undefined
  readonly #open = new Set<number>()

  /** Open descriptors. */
  get openCount(): number {
    return this.#open.size
  }

  readonly operations: FileOperations = {
    ...wrapped(systemFiles, (operation, run) => this.#call(operation, run)),
    create: (path) => this.#opening('create', () => systemFiles.create(path)),
    open: (path) => this.#opening('open', () => systemFiles.open(path)),
    openToClear: (path) => this.#opening('openToClear', () => systemFiles.openToClear(path)),
    read: (file, buffer, position) =>
      this.#call('read', async () => {
        const length = await systemFiles.read(file, buffer, position)
        if (this.faults.read === 'rot' && length > 0) buffer[0] = (buffer[0] ?? 0) ^ 1
        return length
      }),
    readCached: (file, buffer, position) => {
      if (this.#failsReads) return false
      const isRead = systemFiles.readCached(file, buffer, position)
      if (isRead && this.faults.read === 'rot') buffer[0] = (buffer[0] ?? 0) ^ 1
      return isRead
    },
    readChecked: (file, buffer, position, around) => {
      if (this.#failsReads) return undefined
      const checksum = systemFiles.readChecked(file, buffer, position, around)
      return this.faults.read === 'rot' && checksum !== undefined ? checksum ^ 1n : checksum
    },
    // faults are in reads: no byte may be sent without one
    watch: () => undefined,
    append: (...parameters) => this.#append(...parameters),
    // As in the system, a close that fails has closed the file.
    close: async (file) => {
      this.#open.delete(file)
      await systemFiles.close(file)
      await this.#call('close', async () => {})
    },
    freeBytes: (path) => this.#call('freeBytes', async () => this.freeBytes ?? systemFiles.freeBytes(path)),
  }

  readonly #append = appendInSteps(this.operations)

  get #failsReads(): boolean {
    const { read } = this.faults
    return typeof read === 'string' && read !== 'rot'
  }

  async #call<T>(operation: Operation, run: () => Promise<T>): Promise<T> {
    const fault = this.faults[operation]
    if (typeof fault === 'number') await sleep(fault)
    else if (fault !== undefined && fault !== 'rot')
      throw Object.assign(new Error(`${fault}: injected`), { code: fault })
    return run()
  }

  async #opening(operation: Operation, run: () => Promise<number>): Promise<number> {
    const file = await this.#call(operation, run)
    this.#open.add(file)
    return file
  }
}

type Operation = keyof FileOperations

/** The same operations, each wrapped by `around`. */
function wrapped(
  files: FileOperations,
  around: (operation: Operation, run: () => Promise<unknown>) => Promise<unknown>,
): FileOperations {
  const calls = Object.entries(files).map(([name, call]: [string, (...parameters: never[]) => Promise<unknown>]) => [
    name,
    (...parameters: never[]) => around(name as Operation, () => call(...parameters)),
  ])
  return Object.fromEntries(calls) as FileOperations
}
