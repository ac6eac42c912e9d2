/**
 * Plans describe what the clients of a run do as wishes with little detail (a kind, and a number from which everything
 * else is derived), so that a plan stays valid when wishes are left out. A wish becomes a step when the existing state
 * is known.
 */
import { createRandom, type Random } from '@bindery/storage'
import { APPEND_SIZES, Choice, type Circumstances, OBJECT_SIZES, PARTS_MAX } from './choice.js'
import { type Algorithm, OWN_BUCKETS, type Step } from './steps.js'

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

/**
 * How the buckets of a run encrypt by default: all alike, so that copies move no bytes. `stated`: not at all, but requests
 * state how their objects are to be encrypted.
 */
export type BucketEncryption = Algorithm | 'stated'

export interface Plan {
  readonly rounds: readonly Round[]
  readonly encryption?: BucketEncryption | undefined
  /** Bytes of the largest blob that its record carries; absent: none does. */
  readonly carriedBytes?: number | undefined
}

const WEIGHTS: readonly (readonly [Wish['kind'], number])[] = [
  ['put', 10],
  ['append', 6],
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

const CLIENTS_MAX = 3
/** Wishes per client and round. */
const WISHES_MAX = 3

/** The requests that meet in a round: any, or those that race with one another. */
export type Theme =
  | 'anything'
  | 'reading'
  | 'completing'
  | 'filling'
  | 'copying'
  | 'listing'
  | 'versions'
  | 'appending'
  | 'expiring'
  | 'expiringVersions'

const EXPIRING: readonly Wish['kind'][] = [
  ...(['put', 'put', 'put', 'put', 'append', 'copy', 'delete', 'get', 'listObjects', 'stat', 'sweep'] as const),
  ...(['clock', 'applyRules', 'applyRules', 'applyRules', 'initiate', 'part', 'complete'] as const),
]

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
    ...['setVersioning', 'setVersioning', 'append', 'append'],
  ] as Wish['kind'][],
  appending: [
    ...['append', 'append', 'append', 'append', 'append', 'append', 'get', 'get', 'copy', 'copy', 'copyPart'],
    ...['initiate', 'complete', 'delete', 'put', 'listObjects', 'stat', 'sweep', 'sweep'],
  ] as Wish['kind'][],
  expiring: EXPIRING,
  expiringVersions: [...EXPIRING, 'setVersioning', 'listVersions'],
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
  appending: ['append', 'append'],
  expiring: ['put', 'put'],
  expiringVersions: ['setVersioning', 'put', 'put', 'delete'],
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
  appending: [
    [['append'], ['append']],
    [['append'], ['append'], ['get', 'sweep']],
    [['append'], ['copy'], ['append']],
    [['append'], ['delete', 'append', 'sweep']],
  ],
  expiring: [
    [['applyRules'], ['put']],
    [['applyRules', 'sweep'], ['get'], ['copy']],
    [['applyRules'], ['delete', 'append']],
  ],
  expiringVersions: [
    [['applyRules'], ['put']],
    [['applyRules', 'sweep'], ['delete'], ['get']],
  ],
}
const THEME_NAMES = ['anything', 'anything', 'reading', 'completing', 'filling', 'copying', 'appending'] as const
const VERSIONED: ReadonlySet<Theme> = new Set(['versions', 'expiringVersions'])

function randomWish(random: Random, kinds: readonly Wish['kind'][]): Wish {
  return { kind: kinds[random.below(kinds.length)] ?? 'get', pick: random.below(2 ** 31) }
}

/** One client, one wish at a time; sometimes another process takes over. */
export function planInSequence(random: Random, steps: number, theme: Theme = 'anything'): Plan {
  const rounds = Array.from({ length: steps }, (): Round => {
    const mishap = random.below(40) === 0 ? 'crash' : 'none'
    const versioned = VERSIONED.has(theme)
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
  const versioned = VERSIONED.has(theme)
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

type LookKind = 'listParts' | 'listUploads' | 'listObjects' | 'listVersions' | 'setVersioning' | 'stat'

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
        encryption: choice.encryption(),
        callback: choice.callback(there.newHandle),
      }
    case 'append': {
      const place = choice.object()
      const position = choice.position(place)
      const content = choice.content(APPEND_SIZES)
      return {
        kind: 'append',
        place,
        handle: there.newHandle,
        position,
        content,
        meta,
        encryption: choice.encryption(),
      }
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
      const anew = random.below(2) === 0 ? undefined : meta
      const encryption = choice.encryption()
      return { kind: 'copy', source, sourceVersion, place, handle: there.newHandle, forbid, meta: anew, encryption }
    }
    case 'initiate':
      return {
        kind: 'initiate',
        place: choice.place(),
        upload: there.newHandle,
        meta,
        forbid,
        encryption: choice.encryption(),
        ...choice.nature(),
      }
    case 'part': {
      const upload = choice.upload()
      return { kind: 'part', ...upload, number: choice.number(upload.upload), content: choice.part(upload.upload) }
    }
    case 'abort':
      return { kind: 'abort', ...choice.upload() }
    case 'copyPart':
    case 'complete':
    case 'completeAgain':
      return uploadStepOf(wish.kind, forbid, choice)
    default:
      return lookOf(wish.kind, random, choice)
  }
}

/** A step that makes an object or a part of what exists. */
function uploadStepOf(kind: 'copyPart' | 'complete' | 'completeAgain', forbid: boolean, choice: Choice): Step {
  switch (kind) {
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
  }
}

/** A step that lists, or is about a whole bucket. */
function lookOf(kind: LookKind, random: Random, choice: Choice): Step {
  switch (kind) {
    case 'listParts':
      return { kind: 'listParts', ...choice.upload(), after: choice.alone(PARTS_MAX, 0), max: choice.pageSize() }
    case 'listUploads': {
      const { marker, after } = choice.uploadMarker()
      const query = choice.query()
      return { kind: 'listUploads', ...query, ...(marker !== undefined && { marker }), after }
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
