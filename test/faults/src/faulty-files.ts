/** The file system, until it is told to fail. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type FileOperations, systemFiles } from '@bindery/storage-local'

/** What befalls calls of one kind. */
export type Fault =
  /** The system's code of an error, before anything has happened. */
  | string
  /** Milliseconds that a call takes longer. */
  | number
  /** The bytes of a read are not those that were written. */
  | 'rot'

export class FaultyFiles {
  /** Those that are not named do as they should. */
  faults: Partial<Record<Operation, Fault>> = {}
  /** Bytes that the disk says are free; undefined: what there is. */
  freeBytes: number | undefined
  readonly #open = new Set<number>()

  /** Descriptors that are not closed. */
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
    // A close that fails has closed all the same, as the system does it.
    close: async (file) => {
      this.#open.delete(file)
      await systemFiles.close(file)
      await this.#call('close', async () => {})
    },
    freeBytes: (path) => this.#call('freeBytes', async () => this.freeBytes ?? systemFiles.freeBytes(path)),
  }

  async #call<T>(operation: Operation, run: () => Promise<T>): Promise<T> {
    const fault = this.faults[operation]
    if (typeof fault === 'number') await sleep(fault)
    else if (fault !== undefined && fault !== 'rot')
      throw Object.assign(new Error(`${fault}: made up`), { code: fault })
    return run()
  }

  async #opening(operation: Operation, run: () => Promise<number>): Promise<number> {
    const file = await this.#call(operation, run)
    this.#open.add(file)
    return file
  }
}

type Operation = keyof FileOperations

/** The same operations, each run by `around`. */
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
