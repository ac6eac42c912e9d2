/**
 * Plans: what the clients of a run do, as wishes that say little (a kind, and a number from which all else is drawn), so
 * that a plan stays one when wishes are left out of it. A wish becomes a step when it is known what there is.
 */
import { createRandom, type Random } from '@bindery/storage'
import { freshContent, sizeOf } from './contents.js'
import type { ModelUpload, State } from './model.js'
import type { Names } from './names.js'
import { type ListedPart, OWN_BUCKETS, type Place, type Range, type Step } from './steps.js'

export interface Wish {
  readonly kind: Step['kind'] | 'completeAgain' | 'sweep' | 'clock'
  readonly pick: number
}

/** What happens to a process while clients use it. */
export type Mishap = 'none' | 'crash' | 'stall'

/** Some clients at the same time, each one wish after the other; the next round begins when all have ended. */
export interface Round {
  readonly clients: readonly (readonly Wish[])[]
  /** Decides who goes on. */
  readonly order: number
  readonly faults: boolean
  readonly mishap: Mishap
}

export interface Plan {
  readonly rounds: readonly Round[]
}

const WEIGHTS: readonly (readonly [Wish['kind'], number])[] = [
  ['put', 10],
  ['get', 8],
  ['delete', 5],
  ['copy', 8],
  ['initiate', 9],
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
]
const KINDS = WEIGHTS.flatMap(([kind, weight]) => new Array<Wish['kind']>(weight).fill(kind))

const KEYS = ['a', 'dir/b', 'dir/c', 'dir/sub/d', 'é&<', 'z'] as const
const PART_SIZES = [0, 1, 70_000, 102_400, 102_400, 102_400, 102_400, 110_001] as const
const OBJECT_SIZES = [0, 1, 70_000, 140_000] as const
const PARTS_MAX = 5
const CLIENTS_MAX = 3
/** Of a client in a round. */
const WISHES_MAX = 3

/** What meets in a round: anything, or what races with one another. */
export type Theme = 'anything' | 'reading' | 'completing' | 'copying'

const THEMES: Readonly<Record<Theme, readonly Wish['kind'][]>> = {
  anything: KINDS,
  reading: ['get', 'get', 'put', 'delete', 'delete', 'copy', 'sweep', 'sweep'],
  completing: ['part', 'part', 'copyPart', 'complete', 'complete', 'completeAgain', 'abort', 'sweep', 'listParts'],
  copying: ['copy', 'copy', 'copyPart', 'put', 'delete', 'sweep', 'get'],
}
/** What is done before a round of a theme, so that there is something to race for. */
const SET_UPS: Readonly<Record<Theme, readonly Wish['kind'][]>> = {
  anything: [],
  reading: ['put'],
  completing: ['initiate', 'part', 'part'],
  copying: ['put', 'initiate', 'copyPart'],
}
const THEME_NAMES = ['anything', 'anything', 'reading', 'completing', 'copying'] as const

function randomWish(random: Random, kinds: readonly Wish['kind'][]): Wish {
  return { kind: kinds[random.below(kinds.length)] ?? 'get', pick: random.below(2 ** 31) }
}

/** One client, one wish at a time; now and then another process takes over. */
export function planInSequence(random: Random, steps: number): Plan {
  const rounds = Array.from({ length: steps }, (): Round => {
    const mishap = random.below(40) === 0 ? 'crash' : 'none'
    return { clients: [[randomWish(random, KINDS)]], order: 0, faults: false, mishap }
  })
  return { rounds }
}

/** Several clients at once, with what may go wrong; about one theme, or about all in turn. */
export function planAtOnce(random: Random, rounds: number, mishaps: boolean, only?: Theme): Plan {
  return { rounds: Array.from({ length: rounds }, () => roundsOf(random, mishaps, only)).flat() }
}

function roundsOf(random: Random, mishaps: boolean, only: Theme | undefined): Round[] {
  const theme = only ?? THEME_NAMES[random.below(THEME_NAMES.length)] ?? 'anything'
  const order = random.below(2 ** 31)
  const setUp = SET_UPS[theme].map((kind): Round => {
    return { clients: [[randomWish(random, [kind])]], order, faults: false, mishap: 'none' }
  })
  const clients = Array.from({ length: 1 + random.below(CLIENTS_MAX) }, () =>
    Array.from({ length: 1 + random.below(WISHES_MAX) }, () => randomWish(random, THEMES[theme])),
  )
  const mishap = (['crash', 'stall'] as const)[mishaps ? random.below(5) : 2] ?? 'none'
  const faults = mishaps && mishap !== 'stall' && random.below(2) === 0
  return [...setUp, { clients, order, faults, mishap }]
}

export interface Circumstances {
  readonly state: State
  readonly names: Names
  /** Of the wishes of one round that are drawn to the same place or upload. */
  readonly focus: number
  /** A name for a new upload. */
  readonly newHandle: string
  /** Completes that were asked for. */
  readonly completes: readonly Step[]
  /** Only what is answered from one state: other clients change it meanwhile. */
  readonly concurrent: boolean
}

/** What a wish means now. */
export function stepOf(wish: Wish & { kind: Step['kind'] | 'completeAgain' }, there: Circumstances): Step {
  const random = createRandom(wish.pick)
  const choice = new Choice(random, there)
  const meta = `m${wish.pick % 1000}`
  const forbid = random.below(6) === 0
  switch (wish.kind) {
    case 'put':
      return { kind: 'put', place: choice.place(), content: choice.content(OBJECT_SIZES), forbid, meta }
    case 'get':
      return { kind: 'get', ...choice.ranged() }
    case 'delete':
      return { kind: 'delete', place: choice.place() }
    case 'copy': {
      const source = choice.object()
      const place = random.below(3) === 0 ? source : choice.place()
      return { kind: 'copy', source, place, forbid, meta: random.below(2) === 0 ? undefined : meta }
    }
    case 'initiate':
      return { kind: 'initiate', place: choice.place(), upload: there.newHandle, meta }
    case 'part':
      return { kind: 'part', ...choice.upload(), number: choice.number(), content: choice.content(PART_SIZES) }
    case 'copyPart': {
      const { place: source, range } = choice.ranged()
      return { kind: 'copyPart', ...choice.upload(), number: choice.number(), source, range }
    }
    case 'complete': {
      const upload = choice.upload()
      return { kind: 'complete', ...upload, parts: choice.list(upload.upload), forbid }
    }
    case 'completeAgain':
      return there.completes[random.below(there.completes.length)] ?? { kind: 'stat', bucket: OWN_BUCKETS[0] }
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
    return this.#of(OWN_BUCKETS) ?? OWN_BUCKETS[0]
  }

  place(): Place {
    return this.#random.below(3) > 0 ? this.#focus() : `${this.bucket()}/${this.#of(KEYS)}`
  }

  /** A place, more likely one that holds something. */
  object(): Place {
    if (this.#random.below(3) > 0) return this.#focus()
    const held = [...this.#there.state.objects.keys()]
    return this.#random.below(4) === 0 ? this.place() : (this.#of(held) ?? this.place())
  }

  /** The place that the round is about: one that holds something, if any does. */
  #focus(): Place {
    const { state, focus } = this.#there
    const held = [...state.objects.keys()]
    return held[focus % Math.max(held.length, 1)] ?? `${OWN_BUCKETS[0]}/${KEYS[focus % KEYS.length]}`
  }

  ranged(): { readonly place: Place; readonly range: Range | undefined } {
    const place = this.object()
    const object = this.#there.state.objects.get(place)
    if (object === undefined || this.#random.below(3) === 0) return { place, range: undefined }
    const size = sizeOf(object.content)
    const piece = this.#of(object.pieces)
    if (piece !== undefined && this.#random.below(3) === 0) {
      const before = object.pieces.slice(0, object.pieces.indexOf(piece))
      const start = before.reduce((sum, { content }) => sum + sizeOf(content), 0)
      const end = start + sizeOf(piece.content)
      if (end > start) return { place, range: { start, end } }
    }
    const start = this.#random.below(size + 2)
    return { place, range: { start, end: start + 1 + this.#random.below(size + 1 - Math.min(start, size)) } }
  }

  upload(): { readonly place: Place; readonly upload: string } {
    const { state, names, focus } = this.#there
    const known = [...state.uploads].filter(([handle]) => names.isKnown(handle))
    if (known.length === 0 || this.#random.below(25) === 0) return { place: this.place(), upload: 'none' }
    const index = this.#random.below(4) > 0 ? focus % known.length : this.#random.below(known.length)
    const [upload = 'none', { place }] = known[index] ?? ['none', { place: this.place() }]
    return { place, upload }
  }

  number(): number {
    return 1 + this.#random.below(PARTS_MAX)
  }

  content(sizes: readonly number[]): string {
    return freshContent(this.#of(sizes) ?? 0, this.#random.below(2 ** 20))
  }

  /** The parts that are there: all of them, some, or with a mistake. */
  list(handle: string): readonly ListedPart[] | 'all' {
    const upload = this.#there.state.uploads.get(handle)
    const right = upload === undefined ? [] : this.#rightList(upload)
    const way = this.#random.below(12)
    if (way < 2) return 'all'
    if (way < 4) return right.filter(() => this.#random.below(3) > 0)
    if (way === 4) return right.toReversed()
    if (way === 5) return right.flatMap((part) => [part, part])
    if (way === 6) return [...right, { number: this.number() + PARTS_MAX, tag: '0'.repeat(32) }]
    return right
  }

  #rightList({ parts }: ModelUpload): ListedPart[] {
    return [...parts.values()]
      .sort((left, right) => left.number - right.number)
      .map(({ number, tag }) => ({ number, tag }))
  }

  /** A number below `bound` for a client that is alone, else the other. */
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
