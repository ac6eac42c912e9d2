/** Chooses the details of steps at random, with regard to the state in which they are requested. */
import type { Random } from '@bindery/storage'
import { contentOf, freshContent, joinContents, sizeOf } from './contents.js'
import type { ModelUpload, State } from './model-state.js'
import { versionsOf } from './model-versions.js'
import type { Names } from './names.js'
import {
  type AutoComplete,
  type Callback,
  type ListedPart,
  OWN_BUCKETS,
  type Place,
  type Range,
  type StatedEncryption,
  type StepOf,
  splitPlace,
  type VersionSymbol,
} from './steps.js'

const KEYS = ['a', 'dir/b', 'dir/c', 'dir/sub/d', 'é&<', 'z'] as const
const PART_SIZES = [0, 1, 70_000, 102_400, 102_400, 102_400, 102_400, 110_001] as const
export const OBJECT_SIZES = [0, 1, 70_000, 140_000] as const
/** Two of the largest make parts that are joined. */
export const APPEND_SIZES = [0, 1, 1, 100, 5_000, 70_000, 70_000, 540_000] as const
export const PARTS_MAX = 5
/** The parts that an upload with a declared CRC-64 may have, so that the declaration can be correct. */
const DECLARED = { size: 102_400, start: 7 } as const

export interface Circumstances {
  readonly state: State
  readonly names: Names
  /** Shared by the wishes of one round that target the same place or upload. */
  readonly focus: number
  /** The buckets that it is about. */
  readonly buckets: readonly string[]
  /** A name for a new upload or version. */
  readonly newHandle: string
  /** Completes that were requested. */
  readonly completes: readonly StepOf<'complete'>[]
  /** Whether other clients change the state meanwhile: then only steps that are answered from one state are chosen. */
  readonly concurrent: boolean
  /** Whether requests state how their objects are encrypted. */
  readonly statesEncryption: boolean
}

export class Choice {
  readonly #random: Random
  readonly #there: Circumstances

  constructor(random: Random, there: Circumstances) {
    this.#random = random
    this.#there = there
  }

  bucket(): string {
    return this.#of(this.#there.buckets) ?? OWN_BUCKETS[0]
  }

  place(): Place {
    return this.#random.below(3) > 0 ? this.#focus() : `${this.bucket()}/${this.#of(KEYS)}`
  }

  /** A place, more likely one that holds an object. */
  object(): Place {
    if (this.#random.below(3) > 0) return this.#focus()
    const held = [...this.#there.state.objects.keys()]
    return this.#random.below(4) === 0 ? this.place() : (this.#of(held) ?? this.place())
  }

  /** The place that the round is about: one that holds an object, if any does. */
  #focus(): Place {
    const { state, focus, buckets } = this.#there
    const held = [...state.objects.keys()]
    return held[focus % Math.max(held.length, 1)] ?? `${buckets[0]}/${KEYS[focus % KEYS.length]}`
  }

  /** A version of a place whose id is known; undefined for none, and in a bucket that keeps no versions. */
  version(place: Place): VersionSymbol | undefined {
    const { state, names } = this.#there
    if (!state.versioning.has(splitPlace(place).bucket) || this.#random.below(2) === 0) return undefined
    const known = versionsOf(state, place).filter(({ version }) => names.versionId(version) !== undefined)
    return this.#of(known)?.version
  }

  ranged(): {
    readonly place: Place
    readonly version: VersionSymbol | undefined
    readonly range: Range | undefined
  } {
    const place = this.object()
    const version = this.version(place)
    return { place, version, range: this.#rangeOf(place, version) }
  }

  #rangeOf(place: Place, version: VersionSymbol | undefined): Range | undefined {
    const { state } = this.#there
    const named = version === undefined ? undefined : versionsOf(state, place).find((one) => one.version === version)
    const object = version === undefined ? state.objects.get(place) : named?.object
    if (object === undefined || this.#random.below(3) === 0) return undefined
    const size = sizeOf(object.content)
    const piece = this.#of(object.pieces)
    if (piece !== undefined && this.#random.below(3) === 0) {
      const before = object.pieces.slice(0, object.pieces.indexOf(piece))
      const start = before.reduce((sum, { content }) => sum + sizeOf(content), 0)
      const end = start + sizeOf(piece.content)
      if (end > start) return { start, end }
    }
    const start = this.#random.below(size + 2)
    return { start, end: start + 1 + this.#random.below(size + 1 - Math.min(start, size)) }
  }

  upload(): { readonly place: Place; readonly upload: string } {
    const { state, names, focus } = this.#there
    const known = [...state.uploads].filter(([handle]) => names.isKnown(handle))
    if (known.length === 0 || this.#random.below(25) === 0) return { place: this.place(), upload: 'none' }
    const index = this.#random.below(4) > 0 ? focus % known.length : this.#random.below(known.length)
    const [upload = 'none', { place }] = known[index] ?? ['none', { place: this.place() }]
    return { place, upload }
  }

  /** An upload to list from, or none. */
  uploadMarker(): { readonly marker: string | undefined; readonly after: string | undefined } {
    const { upload } = this.upload()
    const key = this.#there.state.uploads.get(upload)?.place.split('/').slice(1).join('/')
    const isMarker = this.alone(3, 0) === 2 && key !== undefined
    return isMarker ? { marker: key, after: upload } : { marker: undefined, after: undefined }
  }

  /** The kind of a new upload: plain, sequential, or auto-completing. */
  nature(): { readonly sequential: boolean; readonly auto: AutoComplete | undefined } {
    const sequential = this.#random.below(4) === 0
    if (this.#random.below(3) > 0) return { sequential, auto: undefined }
    const count = 1 + this.#random.below(3)
    const whole = this.#random.below(3) > 0 ? { parts: count } : { size: count * DECLARED.size }
    if (this.#random.below(3) > 0) return { sequential, auto: whole }
    const content = joinContents(new Array<string>(count).fill(freshContent(DECLARED.size, DECLARED.start)))
    return { sequential, auto: { ...whole, crc: contentOf(content).crc64 } }
  }

  /** A part number, more likely one that an upload still needs. */
  number(handle: string): number {
    const { sequential = false, auto, parts = new Map() } = this.#there.state.uploads.get(handle) ?? {}
    if (this.#random.below(4) === 0) return 1 + this.#random.below(PARTS_MAX)
    if (sequential) return parts.size + 1
    return 1 + this.#random.below(auto?.parts ?? PARTS_MAX)
  }

  /** The bytes of a part. */
  part(handle: string): string {
    const isDeclared = this.#there.state.uploads.get(handle)?.auto?.crc !== undefined
    if (isDeclared && this.#random.below(4) > 0) return freshContent(DECLARED.size, DECLARED.start)
    return this.content(PART_SIZES)
  }

  /** The length of the object at a place, sometimes another number. */
  position(place: Place): number {
    const object = this.#there.state.objects.get(place)
    const length = object?.type === 'Appendable' ? sizeOf(object.content) : 0
    return this.#random.below(8) === 0 ? length + 1 : length
  }

  encryption(): StatedEncryption {
    return this.#there.statesEncryption ? this.#of([undefined, 'AES256', 'SM4'] as const) : undefined
  }

  callback(token: string): Callback | undefined {
    return this.#random.below(5) === 0 ? { token, isAccepted: this.#random.below(3) > 0 } : undefined
  }

  /** A Complete that was requested before, or one of an upload that has been completed; with or without a callback. */
  again(): StepOf<'complete'> | undefined {
    const { completes, state } = this.#there
    const asked = this.#of(completes)
    if (asked !== undefined && this.#random.below(2) === 0) return { ...asked, callback: this.callback(asked.upload) }
    const [upload, receipt] = this.#of([...state.receipts]) ?? []
    if (upload === undefined || receipt === undefined) return asked
    const { place, exact } = receipt
    const parts = this.#random.below(2) === 0 ? 'all' : exact
    return { kind: 'complete', place, upload, parts, forbid: false, callback: this.callback(upload) }
  }

  content(sizes: readonly number[]): string {
    return freshContent(this.#of(sizes) ?? 0, this.#random.below(2 ** 20))
  }

  /** The stored parts: all of them, some, or with a mistake. */
  list(handle: string): readonly ListedPart[] | 'all' {
    const upload = this.#there.state.uploads.get(handle)
    const right = upload === undefined ? [] : this.#rightList(upload)
    const way = this.#random.below(12)
    if (way < 2) return 'all'
    if (way < 4) return right.filter(() => this.#random.below(3) > 0)
    if (way === 4) return right.toReversed()
    if (way === 5) return right.flatMap((part) => [part, part])
    if (way === 6) return [...right, { number: PARTS_MAX + 1, tag: '0'.repeat(32) }]
    return right
  }

  #rightList({ parts }: ModelUpload): ListedPart[] {
    return [...parts.values()]
      .sort((left, right) => left.number - right.number)
      .map(({ number, tag }) => ({ number, tag }))
  }

  /** A number below `bound` for a client that is alone, otherwise `other`. */
  alone(bound: number, other: number): number {
    return this.#there.concurrent ? other : this.#random.below(bound)
  }

  pageSize(): number {
    return this.#there.concurrent ? 100 : 1 + this.#random.below(4)
  }

  query() {
    const whole = this.#there.concurrent
    const of = (texts: readonly string[]): string => (whole ? '' : (this.#of(texts) ?? ''))
    return {
      bucket: this.bucket(),
      prefix: of(['', '', 'd', 'dir/', 'dir/s', 'é']),
      delimiter: of(['', '/', '/', 'i']),
      marker: of(['', '', 'a', 'dir/', 'dir/b', 'dir/sub/', 'é', 'zz']),
      max: this.pageSize(),
    }
  }

  #of<T>(items: readonly T[]): T | undefined {
    return items[this.#random.below(items.length)]
  }
}
