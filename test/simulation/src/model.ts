/**
 * The reference model: what the service must do, on plain maps and one step at a time. It knows OSS's rules and the
 * tags of copies, and nothing of manifests, slices, garbage or transactions.
 */
import { type ContentId, contentOf, joinContents, md5, sizeOf, sliceContent } from './contents.js'
import { listObjects, listParts, listUploads } from './model-listing.js'
import type { Names } from './names.js'
import {
  type Answer,
  type ListedPart,
  type Place,
  type Range,
  type Reply,
  type Step,
  splitPlace,
  type Tag,
} from './steps.js'

/** A stretch of an object that was one part. */
export interface Piece {
  readonly number: number
  readonly content: ContentId
  readonly tag: Tag
  /** Its bytes were sent or copied; otherwise they are a reference. */
  readonly isOwn: boolean
}

export interface ModelObject {
  readonly content: ContentId
  readonly tag: Tag
  readonly type: 'Normal' | 'Multipart'
  readonly meta: string
  /** Of what the object was made; a copy is made of the same. */
  readonly birth: string
  readonly pieces: readonly Piece[]
}

export interface ModelUpload {
  readonly place: Place
  readonly meta: string
  readonly parts: ReadonlyMap<number, Piece>
}

interface Receipt {
  readonly place: Place
  /** The list that was asked for, and that of the parts which the object has. */
  readonly lists: readonly string[]
  readonly answer: Answer
}

export interface State {
  readonly objects: ReadonlyMap<Place, ModelObject>
  readonly uploads: ReadonlyMap<string, ModelUpload>
  readonly receipts: ReadonlyMap<string, Receipt>
}

export const EMPTY: State = { objects: new Map(), uploads: new Map(), receipts: new Map() }

export interface Outcome {
  readonly answer: Answer
  readonly state: State
}

const PART_BYTES_MIN = 102_400
/** Ranges below are copied as bytes. */
const SLICE_BYTES_MIN = 65_536

const refusal = (status: number, code: string): Reply => ({ status, code })
const NO_SUCH_UPLOAD = refusal(404, 'NoSuchUpload')
const NO_SUCH_KEY = refusal(404, 'NoSuchKey')
const EXISTS = refusal(409, 'FileAlreadyExists')

/**
 * What a step may answer and leave. One at a time, the first outcome is the only right one; when others run meanwhile,
 * a step that looks at two things, one after the other, may find either missing.
 */
export function outcomes(state: State, step: Step, names: Names): readonly Outcome[] {
  const same = (answer: Answer): readonly Outcome[] => [{ answer, state }]
  switch (step.kind) {
    case 'put':
      return [put(state, step)]
    case 'get':
      return same(get(state, step))
    case 'delete':
      return [{ answer: { status: 204 }, state: { ...state, objects: without(state.objects, step.place) } }]
    case 'copy':
      return [copy(state, step)]
    case 'initiate': {
      const upload: ModelUpload = { place: step.place, meta: step.meta, parts: new Map() }
      return [{ answer: { status: 200 }, state: { ...state, uploads: withEntry(state.uploads, step.upload, upload) } }]
    }
    case 'part': {
      const piece = { number: step.number, content: step.content, tag: step.content, isOwn: true }
      return [addPart(state, step, piece, { status: 200, etag: piece.tag, crc: contentOf(step.content).crc64 })]
    }
    case 'copyPart':
      return copyPart(state, step)
    case 'complete':
      return [complete(state, step, names)]
    case 'abort': {
      if (uploadOf(state, step) === undefined) return same(NO_SUCH_UPLOAD)
      return [{ answer: { status: 204 }, state: { ...state, uploads: without(state.uploads, step.upload) } }]
    }
    case 'listParts': {
      const upload = uploadOf(state, step)
      return same(upload === undefined ? NO_SUCH_UPLOAD : listParts(upload, step))
    }
    case 'listUploads':
      return same(listUploads(state, step, names))
    case 'listObjects':
      return same(listObjects(state, step))
    case 'stat':
      return same(stat(state, step.bucket))
  }
}

type StepOf<K extends Step['kind']> = Extract<Step, { kind: K }>

function put(state: State, { place, content, forbid, meta }: StepOf<'put'>): Outcome {
  if (forbid && state.objects.has(place)) return { answer: EXISTS, state }
  const pieces = [{ number: 1, content, tag: content, isOwn: true }]
  const object: ModelObject = { content, tag: content, type: 'Normal', meta, birth: `put ${content}`, pieces }
  return { answer: described(object), state: withObject(state, place, object) }
}

const described = ({ content, tag }: ModelObject): Reply => ({
  status: 200,
  etag: tag,
  crc: contentOf(content).crc64,
})

function get(state: State, { place, range }: StepOf<'get'>): Answer {
  const object = state.objects.get(place)
  if (object === undefined) return NO_SUCH_KEY
  const { content, type, meta } = object
  const within = lyingWithin(range, sizeOf(content))
  const read = within === undefined ? content : sliceContent(content, within.start, within.end)
  return { ...described(object), status: within === undefined ? 200 : 206, content: read, type, meta }
}

/** A range that does not lie within the bytes asks for all of them. */
function lyingWithin(range: Range | undefined, size: number): Range | undefined {
  return range !== undefined && range.start < size && range.end <= size ? range : undefined
}

function copy(state: State, { source, place, forbid, meta }: StepOf<'copy'>): Outcome {
  const object = state.objects.get(source)
  if (object === undefined) return { answer: NO_SUCH_KEY, state }
  if (forbid && state.objects.has(place)) return { answer: EXISTS, state }
  const made = { ...object, meta: meta ?? (source === place ? '' : object.meta) }
  return { answer: described(made), state: withObject(state, place, made) }
}

function copyPart(state: State, step: StepOf<'copyPart'>): readonly Outcome[] {
  const source = state.objects.get(step.source)
  if (source === undefined) {
    const refusals = uploadOf(state, step) === undefined ? [NO_SUCH_UPLOAD, NO_SUCH_KEY] : [NO_SUCH_KEY]
    return refusals.map((answer) => ({ answer, state }))
  }
  const size = sizeOf(source.content)
  const range = lyingWithin(step.range, size)
  const { start, end } = range ?? { start: 0, end: size }
  const content = sliceContent(source.content, start, end)
  const isWhole = end - start === size
  const isOwn = !isWhole && end - start < SLICE_BYTES_MIN
  const tag = isOwn ? content : isWhole ? source.tag : tagOfRange(source, start, end)
  const contentRange = range === undefined ? undefined : `bytes ${start}-${end - 1}/${size}`
  const answer = { status: 200, etag: tag, crc: contentOf(content).crc64, contentRange }
  return [addPart(state, step, { number: step.number, content, tag, isOwn }, answer)]
}

/** The MD5 of a range that is one part whose bytes were sent; nobody has hashed another. */
function tagOfRange({ birth, pieces }: ModelObject, start: number, end: number): Tag {
  let at = 0
  for (const { content, tag, isOwn } of pieces) {
    if (isOwn && at === start && at + sizeOf(content) === end) return tag
    at += sizeOf(content)
  }
  return `~${birth}/${start}/${end}`
}

function addPart(
  state: State,
  name: { readonly upload: string; readonly place: Place },
  piece: Piece,
  answer: Answer,
): Outcome {
  const upload = uploadOf(state, name)
  if (upload === undefined) return { answer: NO_SUCH_UPLOAD, state }
  const added = { ...upload, parts: withEntry(upload.parts, piece.number, piece) }
  return { answer, state: { ...state, uploads: withEntry(state.uploads, name.upload, added) } }
}

function complete(state: State, step: StepOf<'complete'>, names: Names): Outcome {
  const { place, upload: handle, forbid } = step
  const list = step.parts === 'all' ? 'all' : listOf(step.parts, names)
  const upload = uploadOf(state, step)
  if (upload === undefined) {
    const receipt = state.receipts.get(handle)
    const isRepeat = receipt !== undefined && receipt.place === place && receipt.lists.includes(list)
    return { answer: isRepeat ? receipt.answer : NO_SUCH_UPLOAD, state }
  }
  const pieces = choose(upload, step.parts, names)
  if (!isChosen(pieces)) return { answer: pieces, state }
  if (forbid && state.objects.has(place)) return { answer: EXISTS, state }
  const content = joinContents(pieces.map((piece) => piece.content))
  const tag = tagOfParts(pieces.map((piece) => names.real(piece.tag)))
  const object: ModelObject = { content, tag, type: 'Multipart', meta: upload.meta, birth: handle, pieces }
  const answer = described(object)
  return {
    answer,
    state: {
      objects: withEntry(state.objects, place, object),
      uploads: without(state.uploads, handle),
      receipts: withEntry(state.receipts, handle, { place, lists: [list, listOf(pieces, names)], answer }),
    },
  }
}

function choose({ parts }: ModelUpload, listed: readonly ListedPart[] | 'all', names: Names): readonly Piece[] | Reply {
  const all = [...parts.values()].sort((left, right) => left.number - right.number)
  if (listed !== 'all' && !ascends(listed)) return refusal(400, 'InvalidPartOrder')
  const chosen = listed === 'all' ? all : listed.flatMap(({ number, tag }) => named(parts.get(number), tag, names))
  if (listed !== 'all' && chosen.length < listed.length) return refusal(400, 'InvalidPart')
  const isShort = chosen.slice(0, -1).some(({ content }) => sizeOf(content) < PART_BYTES_MIN)
  return isShort ? refusal(400, 'EntityTooSmall') : chosen
}

function listOf(parts: readonly ListedPart[], names: Names): string {
  return parts.map(({ number, tag }) => `${number} ${names.real(tag)}`).join()
}

const isChosen = (chosen: readonly Piece[] | Reply): chosen is readonly Piece[] => Array.isArray(chosen)

/** A client cannot name a tag that it has not seen. */
function named(piece: Piece | undefined, tag: Tag, names: Names): Piece[] {
  const real = names.real(tag)
  return piece !== undefined && !real.startsWith('~') && names.real(piece.tag) === real ? [piece] : []
}

function ascends(listed: readonly ListedPart[]): boolean {
  return listed.every(({ number }, index) => index === 0 || (listed[index - 1]?.number ?? 0) < number)
}

/** A tag of parts whose tags are not all known yet is a symbol itself. */
function tagOfParts(tags: readonly Tag[]): Tag {
  if (tags.some((tag) => tag.startsWith('~'))) return `~multi/${tags.join('/')}`
  return `${md5(tags.join(''))}-${tags.length}`
}

function stat(state: State, bucket: string): Answer {
  const isHere = (place: Place): boolean => splitPlace(place).bucket === bucket
  const objects = [...state.objects].filter(([place]) => isHere(place))
  const uploads = [...state.uploads.values()].filter(({ place }) => isHere(place))
  return {
    status: 200,
    objects: objects.length,
    storage: objects.reduce((sum, [, { content }]) => sum + sizeOf(content), 0),
    uploads: uploads.length,
    parts: uploads.reduce((sum, { parts }) => sum + parts.size, 0),
  }
}

function uploadOf(state: State, { upload, place }: { upload: string; place: Place }): ModelUpload | undefined {
  const found = state.uploads.get(upload)
  return found?.place === place ? found : undefined
}

const withObject = (state: State, place: Place, object: ModelObject): State => ({
  ...state,
  objects: withEntry(state.objects, place, object),
})

function withEntry<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  return new Map(map).set(key, value)
}

function without<K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
  const rest = new Map(map)
  rest.delete(key)
  return rest
}
