/**
 * Plans describe what the clients of a run do as wishes with little detail (a kind, and a number from which everything
 * else is derived), so that a plan stays valid when wishes are left out. A wish becomes a step when the existing state
 * is known.
 */
import { createRandom, type Random } from '@bindery/storage'
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
  type Step,
  type StepOf,
  splitPlace,
  type VersionSymbol,
} from './steps.js'

export interface Wish {
  readonly kind: Step['kind'] | 'completeAgain' | 'sweep' | 'clock' | 'applyRules'
  readonly pick: number
}

/** An incident of a process while clients use it. */
export type Mishap = 'none' | 'crash' | 'stall'

/** Some concurrent clients, each with a sequence of wishes; the next round begins when all have ended. */
export interface Round {
  readonly clients: readonly (readonly Wish[])[]
  /** Seed of the scheduler's decisions. */
  readonly order: number
  readonly faults: boolean
  readonly mishap: Mishap
  /** It is about the bucket that keeps versions. */
  readonly versioned?: boolean
}

export interface Plan {
  readonly rounds: readonly Round[]
}

const WEIGHTS: readonly (readonly [Wish['kind'], number])[] = [
  ['put', 10],
  ['get', 8],
  ['delete', 5],
  ['copy', 8],
  ['initiate', 12],
  ['part', 22],
  ['copyPart', 12],
  ['complete', 13],
  ['completeAgain', 3],
  ['abort', 4],
  ['listParts', 3],
  ['listUploads', 6],
  ['listObjects', 4],
  ['stat', 3],
  ['sweep', 8],
  ['clock', 1],
  ['applyRules', 2],
]
const KINDS = WEIGHTS.flatMap(([kind, weight]) => new Array<Wish['kind']>(weight).fill(kind))

const KEYS = ['a', 'dir/b', 'dir/c', 'dir/sub/d', 'é&<', 'z'] as const
const PART_SIZES = [0, 1, 70_000, 102_400, 102_400, 102_400, 102_400, 110_001] as const
const OBJECT_SIZES = [0, 1, 70_000, 140_000] as const
const PARTS_MAX = 5
/** The parts that an upload with a declared CRC-64 may have, so that the declaration can be correct. */
const DECLARED = { size: 102_400, start: 7 } as const
const CLIENTS_MAX = 3
/** Wishes per client and round. */
const WISHES_MAX = 3

/** The requests that meet in a round: any, or those that race with one another. */
export type Theme = 'anything' | 'reading' | 'completing' | 'filling' | 'copying' | 'listing' | 'versions'

const THEMES: Readonly<Record<Theme, readonly Wish['kind'][]>> = {
  anything: KINDS,
  reading: ['get', 'get', 'put', 'delete', 'delete', 'copy', 'sweep', 'sweep'],
  completing: [
    ...['part', 'part', 'part', 'copyPart', 'complete', 'complete', 'complete', 'completeAgain', 'abort'],
    ...['sweep', 'listParts', 'applyRules'],
  ] as Wish['kind'][],
  filling: ['part', 'part', 'part', 'part', 'copyPart', 'complete', 'completeAgain', 'sweep'],
  copying: ['copy', 'copy', 'copyPart', 'put', 'delete', 'sweep', 'get'],
  listing: ['put', 'initiate', 'initiate', 'part', 'part', 'listObjects', 'listUploads', 'listUploads', 'listParts'],
  versions: [
    ...['put', 'put', 'put', 'put', 'get', 'get', 'delete', 'delete', 'delete', 'delete', 'copy', 'copy'],
    ...['initiate', 'part', 'copyPart', 'complete', 'listVersions', 'listVersions', 'stat', 'sweep', 'sweep'],
    ...['setVersioning', 'setVersioning'],
  ] as Wish['kind'][],
}
/** Steps before a round of a theme, so that there is something to race for. */
const SET_UPS: Readonly<Record<Theme, readonly Wish['kind'][]>> = {
  anything: [],
  reading: ['put'],
  completing: ['initiate', 'part', 'part'],
  filling: ['put', 'initiate'],
  copying: ['put', 'initiate', 'copyPart'],
  listing: [],
  versions: ['setVersioning', 'put', 'put'],
}
/** The clients in every other round of a theme: the shortest races. */
const RACES: Readonly<Record<Theme, readonly (readonly (readonly Wish['kind'][])[])[]>> = {
  anything: [],
  reading: [
    [['get'], ['delete', 'sweep']],
    [['get'], ['put', 'sweep']],
    [['delete'], ['get']],
    [['put'], ['get'], ['put']],
  ],
  completing: [
    [['complete'], ['part']],
    [['part'], ['part', 'complete']],
    [['complete'], ['completeAgain']],
    [['complete'], ['abort', 'sweep']],
  ],
  filling: [],
  copying: [[['put'], ['copy', 'delete']]],
  listing: [],
  versions: [
    [['put'], ['delete', 'sweep']],
    [['put'], ['put'], ['get']],
    [['delete'], ['delete'], ['put', 'sweep']],
  ],
}
const THEME_NAMES = ['anything', 'anything', 'reading', 'completing', 'filling', 'copying'] as const

function randomWish(random: Random, kinds: readonly Wish['kind'][]): Wish {
  return { kind: kinds[random.below(kinds.length)] ?? 'get', pick: random.below(2 ** 31) }
}

/** One client, one wish at a time; sometimes another process takes over. */
export function planInSequence(random: Random, steps: number, theme: Theme = 'anything'): Plan {
  const rounds = Array.from({ length: steps }, (): Round => {
    const mishap = random.below(40) === 0 ? 'crash' : 'none'
    const versioned = theme === 'versions'
    return { clients: [[randomWish(random, THEMES[theme])]], order: 0, faults: false, mishap, versioned }
  })
  return { rounds }
}

/** Several concurrent clients, with mishaps; about one theme, or about all in turn. */
export function planAtOnce(random: Random, rounds: number, mishaps: boolean, only?: Theme): Plan {
  return { rounds: Array.from({ length: rounds }, () => roundsOf(random, mishaps, only)).flat() }
}

function roundsOf(random: Random, mishaps: boolean, only: Theme | undefined): Round[] {
  const theme = only ?? THEME_NAMES[random.below(THEME_NAMES.length)] ?? 'anything'
  const order = random.below(2 ** 31)
  const versioned = theme === 'versions'
  const setUp = SET_UPS[theme].map((kind): Round => {
    return { clients: [[randomWish(random, [kind])]], order, faults: false, mishap: 'none', versioned }
  })
  const race = random.below(2) === 0 ? RACES[theme][random.below(RACES[theme].length)] : undefined
  const clients =
    race?.map((kinds) => kinds.map((kind) => randomWish(random, [kind]))) ?? randomClients(random, THEMES[theme])
  const mishap = (['crash', 'stall'] as const)[mishaps ? random.below(5) : 2] ?? 'none'
  const faults = mishaps && mishap !== 'stall' && random.below(2) === 0
  return [...setUp, { clients, order, faults, mishap, versioned }]
}

function randomClients(random: Random, kinds: readonly Wish['kind'][]): Wish[][] {
  return Array.from({ length: 1 + random.below(CLIENTS_MAX) }, () =>
    Array.from({ length: 1 + random.below(WISHES_MAX) }, () => randomWish(random, kinds)),
  )
}

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
}

/** The step that a wish stands for in the current state. */
export function stepOf(wish: { kind: Step['kind'] | 'completeAgain'; pick: number }, there: Circumstances): Step {
  const random = createRandom(wish.pick)
  const choice = new Choice(random, there)
  const meta = `m${wish.pick % 1000}`
  const forbid = random.below(6) === 0
  switch (wish.kind) {
    case 'put':
      return {
        kind: 'put',
        place: choice.place(),
        handle: there.newHandle,
        content: choice.content(OBJECT_SIZES),
        forbid,
        meta,
        callback: choice.callback(there.newHandle),
      }
    case 'get':
      return { kind: 'get', ...choice.ranged() }
    case 'delete': {
      const place = choice.place()
      return { kind: 'delete', place, version: choice.version(place), handle: there.newHandle }
    }
    case 'copy': {
      const source = choice.object()
      const place = random.below(3) === 0 ? source : choice.place()
      const sourceVersion = choice.version(source)
      const handle = there.newHandle
      return {
        kind: 'copy',
        source,
        sourceVersion,
        place,
        handle,
        forbid,
        meta: random.below(2) === 0 ? undefined : meta,
      }
    }
    case 'initiate':
      return { kind: 'initiate', place: choice.place(), upload: there.newHandle, meta, forbid, ...choice.nature() }
    case 'part': {
      const upload = choice.upload()
      return { kind: 'part', ...upload, number: choice.number(upload.upload), content: choice.part(upload.upload) }
    }
    case 'copyPart': {
      const { place: source, version: sourceVersion, range } = choice.ranged()
      const upload = choice.upload()
      return { kind: 'copyPart', ...upload, number: choice.number(upload.upload), source, sourceVersion, range }
    }
    case 'complete': {
      const upload = choice.upload()
      const callback = choice.callback(upload.upload)
      return { kind: 'complete', ...upload, parts: choice.list(upload.upload), forbid, callback }
    }
    case 'completeAgain':
      return choice.again() ?? { kind: 'stat', bucket: OWN_BUCKETS[0] }
    case 'abort':
      return { kind: 'abort', ...choice.upload() }
    case 'listParts':
      return { kind: 'listParts', ...choice.upload(), after: choice.alone(PARTS_MAX, 0), max: choice.pageSize() }
    case 'listUploads': {
      const { upload } = choice.upload()
      const key = there.state.uploads.get(upload)?.place.split('/').slice(1).join('/')
      const after = choice.alone(3, 0) === 2 && key !== undefined ? upload : undefined
      const query = choice.query()
      return after === undefined || key === undefined
        ? { kind: 'listUploads', ...query, after: undefined }
        : { kind: 'listUploads', ...query, marker: key, after }
    }
    case 'listObjects':
      return { kind: 'listObjects', version: random.below(2) === 0 ? 1 : 2, ...choice.query() }
    case 'listVersions': {
      const { delimiter, ...query } = choice.query()
      return { kind: 'listVersions', delimiter: delimiter === '' ? '' : '/', ...query }
    }
    case 'setVersioning':
      return { kind: 'setVersioning', bucket: choice.bucket(), status: random.below(3) === 0 ? 'Suspended' : 'Enabled' }
    case 'stat':
      return { kind: 'stat', bucket: choice.bucket() }
  }
}

class Choice {
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
