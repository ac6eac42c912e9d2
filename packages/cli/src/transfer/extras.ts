import { copyFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { makeFolders } from '@bindery/client'
import { Failure } from '@bindery/server/local'
import { complain, note, write, writeJson } from '../objects/output.js'
import { isFileSystemError } from '../objects/system-error.js'
import type { ClientOf } from '../objects/with-client.js'
import { type Entry, placeBelow } from './entries.js'
import { exactPlace, type Place, placeText } from './places.js'

/** Keys per request of DeleteMultipleObjects. */
const BATCH = 1_000

/** The treatment of entries that only the target has. */
export interface ExtrasOptions {
  readonly clientOf: ClientOf
  readonly isDry: boolean
  readonly hasJson: boolean
  readonly isDeleting: boolean
  /** Where there are more of them, none is deleted; undefined: any number. */
  readonly deletesMax?: number | undefined
  /** The folder to which they are copied first. */
  readonly backup?: Place | undefined
}

/** Entries that only the target has: deleted, printed, or left alone. */
export class Extras {
  readonly #options: ExtrasOptions
  /** Those that wait: for a batch, or until it is known that there are not too many. */
  #waiting: Pick<Entry, 'place' | 'name'>[] = []
  #found = 0
  /** Whether the source has any entry: an empty one is more likely a mistake than a wish to delete everything. */
  hasSource = false
  /** Whether a part of the source could not be read: what is in it is not known to be missing, and nothing more is deleted. */
  isUncertain = false
  /** Whether something was kept for that. */
  hasKept = false
  deleted = 0
  failed = 0

  constructor(options: ExtrasOptions) {
    this.#options = options
  }

  /** How many there are where `--max-delete` keeps all of them; otherwise undefined. */
  get tooMany(): number | undefined {
    const { deletesMax } = this.#options
    return deletesMax !== undefined && this.#found > deletesMax ? this.#found : undefined
  }

  /** Throws Failure `sourceEmpty`. */
  async add({ place, name }: Entry, source: Place): Promise<void> {
    const { isDeleting, isDry, hasJson, deletesMax } = this.#options
    if (!isDeleting) return
    if (!this.hasSource) throw new Failure('sourceEmpty', { source: placeText(source) })
    if (this.isUncertain) {
      this.hasKept = true
      return
    }
    this.#found += 1
    if (isDry) {
      await (hasJson ? writeJson({ t: 'delete', to: exactPlace(place) }) : write(`delete ${placeText(place)}\n`))
    } else if (this.tooMany !== undefined) this.#waiting = []
    else {
      this.#waiting.push({ place, name })
      if (deletesMax === undefined && this.#waiting.length === BATCH) await this.#deleteWaiting()
    }
  }

  /** Deletes what has waited, unless there are too many. */
  async finish(): Promise<void> {
    if (this.tooMany === undefined) await this.#deleteWaiting()
  }

  async #deleteWaiting(): Promise<void> {
    const waiting = this.#waiting
    this.#waiting = []
    const places: Place[] = []
    for (const one of waiting) if (await this.#attempt(one.place, () => this.#keep(one))) places.push(one.place)
    for (const place of places) {
      if (place.kind === 'file' && (await this.#attempt(place, () => rm(place.path)))) await this.#report(place)
    }
    const objects = places.filter((place) => place.kind === 'object')
    for (let at = 0; at < objects.length; at += BATCH) await this.#deleteObjects(objects.slice(at, at + BATCH))
  }

  /** Whether an action succeeded; what the file system refuses counts as failed. Throws OssError. */
  async #attempt(place: Place, act: () => Promise<void>): Promise<boolean> {
    try {
      await act()
      return true
    } catch (error) {
      if (!isFileSystemError(error)) throw error
      this.failed += 1
      complain(`${placeText(place)}: ${error.message}`)
      return false
    }
  }

  /** Copies what is to be deleted into the folder of backups. Throws OssError, and what the file system throws. */
  async #keep({ place, name }: Pick<Entry, 'place' | 'name'>): Promise<void> {
    const { backup, clientOf } = this.#options
    if (backup === undefined) return
    const to = placeBelow(backup, name)
    if (place.kind === 'file' && to.kind === 'file') {
      await makeFolders(path.resolve(path.dirname(to.path)))
      await copyFile(place.path, to.path)
    } else if (place.kind === 'object' && to.kind === 'object') {
      const from = { bucket: place.address.bucket, key: place.address.key }
      await clientOf(place.address).copy({ from, to: { bucket: to.address.bucket, key: to.address.key } }).result
    }
  }

  async #deleteObjects(objects: readonly Extract<Place, { kind: 'object' }>[]): Promise<void> {
    const [first] = objects
    if (first === undefined) return
    const { bucket } = first.address
    const keys = objects.map(({ address }) => address.key)
    const { deleted, failed } = await this.#options.clientOf(first.address).delete(keys, { bucket })
    this.failed += failed.length
    const placeOf = (key: string): Place => ({ kind: 'object', address: { ...first.address, key } })
    for (const { key, error } of failed) note(`${placeText(placeOf(key))}: ${error.message}`)
    for (const key of deleted) await this.#report(placeOf(key))
  }

  async #report(place: Place): Promise<void> {
    this.deleted += 1
    if (this.#options.hasJson) await writeJson({ t: 'deleted', to: exactPlace(place) })
  }
}
