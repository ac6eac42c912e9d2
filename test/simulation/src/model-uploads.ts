/** Uploads of the model: parts, copied ranges, and the ways in which an upload ends. */
import { contentOf, joinContents, md5, sizeOf, sliceContent } from './contents.js'
import {
  described,
  EXISTS,
  type ModelObject,
  type ModelUpload,
  NEW_OBJECT,
  NO_SUCH_UPLOAD,
  type Outcome,
  type Piece,
  refusal,
  type State,
  uploadOf,
  withEntry,
  without,
} from './model-state.js'
import { find, isObject, isOverwritten, place as placeObject, shownVersion } from './model-versions.js'
import type { Names } from './names.js'
import type {
  Callback,
  DeedOf,
  ListedPart,
  Place,
  Range,
  Reply,
  ShownCopy,
  StepOf,
  Tag,
  UploadHandle,
} from './steps.js'

const OF_MARKER = refusal(400, 'InvalidArgument')
const PART_BYTES_MIN = 102_400
/** Smaller ranges are copied as bytes. */
const SLICE_BYTES_MIN = 65_536

/** Stores a part; if the part makes its upload whole, the upload then completes itself. */
export function addPart(
  state: State,
  name: { readonly upload: UploadHandle; readonly place: Place },
  piece: Piece,
  shown: ShownCopy = {},
): Outcome {
  const upload = uploadOf(state, name)
  if (upload === undefined) return { answer: NO_SUCH_UPLOAD, state }
  const refused = outOfSequence(upload, piece.number)
  if (refused !== undefined) return { answer: refused, state }
  const answer = { status: 200, etag: piece.tag, crc: contentOf(piece.content).crc64, ...shown }
  const added = { ...upload, parts: withEntry(upload.parts, piece.number, piece) }
  const rest = upload.auto && ({ kind: 'completeItself', upload: name.upload, answer } as const)
  return { answer, state: { ...state, uploads: withEntry(state.uploads, name.upload, added) }, rest }
}

/** A sequential upload takes parts in order, and each once. */
function outOfSequence({ sequential, parts }: ModelUpload, number: number): Reply | undefined {
  if (!sequential || number === parts.size + 1) return undefined
  return number > parts.size ? refusal(400, 'PartNotSequential') : refusal(409, 'PartAlreadyExist')
}

/** A range that is copied as bytes is stored later than the source is read. */
export function copyPart(state: State, step: StepOf<'copyPart'>): readonly Outcome[] {
  const { place, upload, number } = step
  const found = uploadOf(state, step)
  const source = find(state, step.source, step.sourceVersion, OF_MARKER)
  if (!isObject(source) || found === undefined) {
    const refusals = [...(found === undefined ? [NO_SUCH_UPLOAD] : []), ...(isObject(source) ? [] : [source])]
    return refusals.map((answer) => ({ answer, state }))
  }
  const size = sizeOf(source.content)
  const range = lyingWithin(step.range, size)
  const { start, end } = range ?? { start: 0, end: size }
  const content = sliceContent(source.content, start, end)
  const isWhole = end - start === size
  const isSameCipher = source.encryption === found.encryption
  const isOwn = found.sequential || !isSameCipher || (!isWhole && end - start < SLICE_BYTES_MIN)
  const tag = isOwn ? content : isWhole ? source.tag : tagOfRange(source, start, end)
  const contentRange = range === undefined ? undefined : `bytes ${start}-${end - 1}/${size}`
  const piece = { number, content, tag, isOwn }
  const from = shownVersion(state, step.source, source)
  if (!isOwn) return [addPart(state, step, piece, { contentRange, from })]
  return [{ answer: 'lost', state, rest: { kind: 'land', place, upload, piece, shown: { contentRange, from } } }]
}

/** A range that does not lie within the bytes stands for all of them. */
export function lyingWithin(range: Range | undefined, size: number): Range | undefined {
  return range !== undefined && range.start < size && range.end <= size ? range : undefined
}

/** The MD5 of a range that is exactly one part whose bytes were sent; a symbol for any other range. */
function tagOfRange({ birth, pieces }: ModelObject, start: number, end: number): Tag {
  let at = 0
  for (const { content, tag, isOwn } of pieces) {
    if (isOwn && at === start && at + sizeOf(content) === end) return tag
    at += sizeOf(content)
  }
  return `~${birth}/${start}/${end}`
}

export function complete(state: State, step: StepOf<'complete'>, names: Names): Outcome {
  const { place, upload: handle, forbid, callback } = step
  const list = step.parts === 'all' ? 'all' : listOf(step.parts, names)
  const upload = uploadOf(state, step)
  if (upload === undefined) return completeAgain(state, step, list, names)
  const pieces = choose(upload, step.parts, names)
  if (!isChosen(pieces)) return { answer: pieces, state }
  if (forbid && isOverwritten(state, place)) return { answer: EXISTS, state }
  const flipped = flip(state, handle, upload, pieces, list, names)
  return callback === undefined ? flipped : calling(flipped.state, handle, callback, flipped.answer)
}

/**
 * The answer of the first Complete, or of its callback. A callback that was not requested before is made if the object
 * exists.
 */
function completeAgain(state: State, step: StepOf<'complete'>, list: string, names: Names): Outcome {
  const { place, upload: handle, callback } = step
  const receipt = state.receipts.get(handle)
  const isRepeat = receipt?.place === place && (receipt.list === list || listOf(receipt.exact, names) === list)
  if (!isRepeat) return { answer: NO_SUCH_UPLOAD, state }
  const made = find(state, place, receipt.answer.version as string | undefined)
  if (callback !== undefined && receipt.callbackAnswer === undefined && isObject(made) && made.birth === handle) {
    return calling(state, handle, callback, receipt.answer)
  }
  return { answer: typeof receipt.callbackAnswer === 'object' ? receipt.callbackAnswer : receipt.answer, state }
}

/** The callback is made, and its answer kept and returned, after the object exists. */
function calling(state: State, upload: UploadHandle, callback: Callback, plain: Reply): Outcome {
  const callbackAnswer = withCallbackAnswer(state, upload, 'pending')
  return {
    answer: 'lost',
    state: callbackAnswer,
    rest: { kind: 'answerCallback', upload, answer: answerOfCallback(callback, plain) },
  }
}

/** The answer to a client after its callback, in place of its plain answer. */
export function answerOfCallback({ isAccepted, token }: Callback, plain: Reply): Reply {
  return isAccepted ? { ...plain, said: token } : refusal(203, 'CallbackFailed')
}

export function answerCallback(state: State, { upload, answer }: DeedOf<'answerCallback'>): Outcome {
  return { answer, state: withCallbackAnswer(state, upload, answer) }
}

function withCallbackAnswer(state: State, upload: UploadHandle, callbackAnswer: Reply | 'pending'): State {
  const receipt = state.receipts.get(upload)
  return receipt === undefined
    ? state
    : { ...state, receipts: withEntry(state.receipts, upload, { ...receipt, callbackAnswer }) }
}

/** A whole auto-completing upload becomes an object, as by a Complete of all its parts; any other stays open. */
export function completeItself(
  state: State,
  { upload: handle, answer }: DeedOf<'completeItself'>,
  names: Names,
): Outcome {
  const upload = state.uploads.get(handle)
  if (upload === undefined || !isWhole(upload)) return { answer, state }
  const pieces = choose(upload, 'all', names)
  const isRefused = !isChosen(pieces) || (upload.forbid && isOverwritten(state, upload.place))
  if (isRefused) return { answer, state }
  return { answer, state: flip(state, handle, upload, pieces, 'all', names).state }
}

/** Whether an auto-completing upload has all that it declared. */
export function isWhole({ auto, parts }: ModelUpload): boolean {
  if (auto === undefined || parts.size === 0) return false
  const content = joinContents(inOrder(parts).map((piece) => piece.content))
  const isComplete =
    auto.parts === undefined
      ? sizeOf(content) === auto.size
      : parts.size === auto.parts && Math.max(...parts.keys()) === auto.parts
  return isComplete && (auto.crc === undefined || contentOf(content).crc64 === auto.crc)
}

function flip(
  state: State,
  handle: UploadHandle,
  { place, meta, sequential, encryption }: ModelUpload,
  pieces: readonly Piece[],
  list: string,
  names: Names,
): { readonly answer: Reply; readonly state: State } {
  const content = joinContents(pieces.map((piece) => piece.content))
  const tag = tagOfParts(pieces.map((piece) => names.real(piece.tag)))
  const isHashed = sequential && pieces.length > 0
  const stored = { ...NEW_OBJECT, encryption, birth: handle, pieces }
  const object = { ...stored, content, tag, type: 'Multipart', meta, isHashed } as const
  const placed = placeObject(state, place, object, handle)
  const answer = described(object, placed.version)
  const exact = pieces.map(({ number, tag }) => ({ number, tag }))
  return {
    answer,
    state: {
      ...placed.state,
      uploads: without(state.uploads, handle),
      receipts: withEntry(state.receipts, handle, { place, list, exact, answer, callbackAnswer: undefined }),
    },
  }
}

function choose(
  { parts, sequential }: ModelUpload,
  listed: readonly ListedPart[] | 'all',
  names: Names,
): readonly Piece[] | Reply {
  if (listed !== 'all' && !ascends(listed)) return refusal(400, 'InvalidPartOrder')
  const chosen =
    listed === 'all' ? inOrder(parts) : listed.flatMap(({ number, tag }) => named(parts.get(number), tag, names))
  if (listed !== 'all' && chosen.length < listed.length) return refusal(400, 'InvalidPart')
  const isShort = chosen.slice(0, -1).some(({ content }) => sizeOf(content) < PART_BYTES_MIN)
  if (isShort) return refusal(400, 'EntityTooSmall')
  const isRun = chosen.every(({ number }, index) => number === index + 1)
  return sequential && !isRun ? refusal(400, 'PartNotSequential') : chosen
}

const inOrder = (parts: ReadonlyMap<number, Piece>): readonly Piece[] =>
  [...parts.values()].sort((left, right) => left.number - right.number)

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

/** The tag of parts; a symbol if a tag of one of them is not known yet. */
function tagOfParts(tags: readonly Tag[]): Tag {
  if (tags.some((tag) => tag.startsWith('~'))) return `~multi/${tags.join('/')}`
  return `${md5(tags.join(''))}-${tags.length}`
}

/** A lifecycle rule aborts an upload. If its id was never answered, it may be any upload of unknown id. */
export function expire(state: State, { place, id }: DeedOf<'expire'>, names: Names): readonly Outcome[] {
  return [...state.uploads].flatMap(([handle, found]) => {
    const isMeant = names.isNamed(id) ? names.handleOf(id) === handle : found.place === place && !names.isKnown(handle)
    if (!isMeant) return []
    const sizes = [...found.parts.values()].map(({ content }) => sizeOf(content))
    const answer = { parts: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) }
    return [{ answer, state: { ...state, uploads: without(state.uploads, handle) } }]
  })
}
