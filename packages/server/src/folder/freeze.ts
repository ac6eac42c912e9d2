/**
 * A frozen data folder: its data have moved elsewhere, so nothing is written into it any more. The process that moves them
 * requests that by a file; the server that commits lets its running commits end, and confirms it in the same file.
 */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type MetadataStore, StorageError } from '@bindery/storage'
import { systemFiles } from '@bindery/storage-local'
import { Failure, systemCode } from '../failure.js'
import { writeDurably } from './durable-file.js'
import { lockFolder } from './lock.js'

const FREEZE_FILE = 'frozen.json'
const LOOK_INTERVAL_MS = 300

interface Freeze {
  /** Confirmed: no commit runs, and none will. */
  readonly isConfirmed: boolean
  /** The place to which the data move. */
  readonly to: string
}

/** Resolves when nothing is committed in a folder any more, by a server or a later one. */
export async function freezeFolder(folder: string, to: string): Promise<void> {
  if ((await readFreeze(folder))?.isConfirmed !== true) await writeFreeze(folder, { isConfirmed: false, to })
  while ((await readFreeze(folder))?.isConfirmed !== true) {
    const lock = await lockFolder(folder, 0).catch((error) => {
      if (error instanceof Failure && error.kind === 'folderLocked') return undefined
      throw error
    })
    if (lock === undefined) await sleep(LOOK_INTERVAL_MS)
    else {
      // no server uses it, and one that starts looks first
      await writeFreeze(folder, { isConfirmed: true, to }).finally(() => lock.release())
    }
  }
}

/** Lets a folder take writes again. */
export async function thawFolder(folder: string): Promise<void> {
  await rm(join(folder, FREEZE_FILE), { force: true })
  await systemFiles.syncFolder(folder)
}

/** The place to which the data of a folder have moved; undefined: they are here. Throws Failure `fileDamaged`. */
export async function movedTo(folder: string): Promise<string | undefined> {
  return (await readFreeze(folder))?.to
}

/** Lets the commits of a server through until its folder is frozen. */
export class CommitGate {
  readonly #folder: string
  readonly #timer: NodeJS.Timeout
  #isShut = false
  #running = 0
  #whenIdle: (() => void) | undefined
  #looking: Promise<void> | undefined

  private constructor(folder: string) {
    this.#folder = folder
    this.#timer = setInterval(() => {
      this.#looking ??= this.#look().finally(() => {
        this.#looking = undefined
      })
    }, LOOK_INTERVAL_MS).unref()
  }

  /** The folder must be locked. Throws Failure `dataMoved` if it is frozen. */
  static async open(folder: string): Promise<CommitGate> {
    const to = await movedTo(folder)
    if (to !== undefined) throw new Failure('dataMoved', { place: folder, to })
    return new CommitGate(folder)
  }

  /** Throws StorageError `unavailable` while the folder is frozen. */
  run<T>(commit: () => Promise<T>): Promise<T> {
    if (this.#isShut) {
      return Promise.reject(
        new StorageError('unavailable', 'the data are being moved, and nothing is written meanwhile'),
      )
    }
    this.#running += 1
    return commit().then(
      (result) => {
        this.#ended()
        return result
      },
      (error) => {
        this.#ended()
        throw error
      },
    )
  }

  #ended(): void {
    this.#running -= 1
    if (this.#running === 0) this.#whenIdle?.()
  }

  /** A store whose transactions pass the gate. */
  guard(store: MetadataStore): MetadataStore {
    return {
      read: (body) => store.read(body),
      transact: (body) => this.run(() => store.transact(body)),
      ...(store.comparing && { comparing: store.comparing }),
      close: () => store.close(),
    }
  }

  close(): void {
    clearInterval(this.#timer)
  }

  async #look(): Promise<void> {
    const freeze = await readFreeze(this.#folder).catch(() => undefined)
    this.#isShut = freeze !== undefined
    if (freeze === undefined || freeze.isConfirmed) return
    await this.#idle()
    await writeFreeze(this.#folder, { ...freeze, isConfirmed: true }).catch(() => {})
  }

  #idle(): Promise<void> {
    if (this.#running === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#whenIdle = resolve
    })
  }
}

async function writeFreeze(folder: string, freeze: Freeze): Promise<void> {
  await writeDurably(join(folder, FREEZE_FILE), `${JSON.stringify(freeze)}\n`, 0o600)
}

async function readFreeze(folder: string): Promise<Freeze | undefined> {
  const file = join(folder, FREEZE_FILE)
  const text = await readFile(file, 'utf8').catch((error) => {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  try {
    const { isConfirmed, to } = JSON.parse(text) as Record<keyof Freeze, unknown>
    return { isConfirmed: isConfirmed === true, to: String(to) }
  } catch {
    throw new Failure('fileDamaged', { file })
  }
}
