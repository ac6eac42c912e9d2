/**
 * The reference model: the required behaviour of the service, on plain maps and one step at a time. It knows OSS's
 * rules and the tags of copies, but nothing of manifests, slices, garbage or transactions.
 */
import { sizeOf, sliceContent } from './contents.js'
import { act, append } from './model-changes.js'
import { listObjects, listParts, listUploads, listVersions } from './model-listing.js'
import {
  described,
  EXISTS,
  type ModelObject,
  type ModelUpload,
  NEW_OBJECT,
  NO_SUCH_KEY,
  NO_SUCH_UPLOAD,
  type Outcome,
  type State,
  uploadOf,
  withEntry,
  without,
} from './model-state.js'
import {
  addPart,
  answerCallback,
  answerOfCallback,
  complete,
  completeItself,
  copyPart,
  expire,
  lyingWithin,
} from './model-uploads.js'
import { find, isObject, isOverwritten, place as placeObject, remove, shownVersion } from './model-versions.js'
import type { Names } from './names.js'
import { type Answer, type Deed, type Place, type Step, type StepOf, splitPlace } from './steps.js'

/**
 * The possible answers and resulting states of a step. In sequence, only the first outcome is correct; under
 * concurrency, a step that reads two things one after the other may find either missing.
 */
export function outcomes(state: State, step: Step | Deed, names: Names): readonly Outcome[] {
  const same = (answer: Answer): readonly Outcome[] => [{ answer, state }]
  switch (step.kind) {
    case 'put':
      return [put(state, step)]
    case 'append':
      return [append(state, step)]
    case 'get':
      return same(get(state, step))
    case 'delete':
      return [remove(state, step.place, step.version, step.handle)]
    case 'copy':
      return [copy(state, step)]
    case 'initiate':
      return [initiate(state, step)]
    case 'part': {
      const { number, content } = step
      return [addPart(state, step, { number, content, tag: content, isOwn: true })]
    }
    case 'copyPart':
      return copyPart(state, step)
    case 'land':
      return [addPart(state, step, step.piece, step.shown)]
    case 'complete':
      return [complete(state, step, names)]
    case 'completeItself':
      return [completeItself(state, step, names)]
    case 'answerCallback':
      return [answerCallback(state, step)]
    case 'abort': {
      if (uploadOf(state, step) === undefined) return same(NO_SUCH_UPLOAD)
      return [{ answer: { status: 204 }, state: { ...state, uploads: without(state.uploads, step.upload) } }]
    }
    case 'expire':
      return expire(state, step, names)
    case 'act':
      return act(state, step, names)
    case 'listParts': {
      const upload = uploadOf(state, step)
      return same(upload === undefined ? NO_SUCH_UPLOAD : listParts(upload, step))
    }
    case 'listUploads':
      return same(listUploads(state, step, names))
    case 'listObjects':
      return same(listObjects(state, step))
    case 'listVersions':
      return same(listVersions(state, step))
    case 'setVersioning': {
      const { bucket, status } = step
      return [{ answer: { status: 200 }, state: { ...state, versioning: withEntry(state.versioning, bucket, status) } }]
    }
    case 'stat':
      return same(stat(state, step.bucket))
  }
}

function put(state: State, { place, handle, content, forbid, meta, callback, ...step }: StepOf<'put'>): Outcome {
  if (forbid && isOverwritten(state, place)) return { answer: EXISTS, state }
  const pieces = [{ number: 1, content, tag: content, isOwn: true }]
  const birth = `put ${content}`
  const encryption = step.encryption ?? state.encryption
  const stored = { ...NEW_OBJECT, encryption, birth, pieces }
  const object = { ...stored, content, tag: content, type: 'Normal', meta, isHashed: true } as const
  const placed = placeObject(state, place, object, handle)
  const plain = described(object, placed.version)
  return { answer: callback === undefined ? plain : answerOfCallback(callback, plain), state: placed.state }
}

function get(state: State, { place, version, range }: StepOf<'get'>): Answer {
  const object = find(state, place, version)
  if (!isObject(object)) return object
  const { content, type, meta, isHashed, encryption, storageClass } = object
  const plain = { ...described(object, shownVersion(state, place, object)), type, meta, encryption, storageClass }
  const within = lyingWithin(range, sizeOf(content))
  if (within === undefined) return { ...plain, content, md5: isHashed ? content : undefined }
  return { ...plain, status: 206, content: sliceContent(content, within.start, within.end) }
}

function copy(state: State, step: StepOf<'copy'>): Outcome {
  const { source, sourceVersion, place, handle, forbid, meta } = step
  const object = find(state, source, sourceVersion, NO_SUCH_KEY)
  if (!isObject(object)) return { answer: object, state }
  if (forbid && isOverwritten(state, place)) return { answer: EXISTS, state }
  const isAnew = source === place && !state.versioning.has(splitPlace(place).bucket)
  const bytes =
    isAnew && object.type === 'Appendable' ? object : copiedBytes(object, handle, step.encryption ?? state.encryption)
  const made = { ...bytes, meta: meta ?? (isAnew ? '' : object.meta), storageClass: 'Standard' } as const
  const placed = placeObject(state, place, made, handle)
  const from = shownVersion(state, source, object)
  return { answer: { ...described(made, placed.version), from }, state: placed.state }
}

/** A copy that names the bytes of its source, or has new ones: those of an object that may grow, or encrypted by another cipher. */
function copiedBytes(object: ModelObject, handle: string, encryption: ModelObject['encryption']): ModelObject {
  const grows = object.type === 'Appendable'
  const type = grows ? 'Normal' : object.type
  const isShared = !grows && object.encryption === encryption
  return { ...object, type, encryption, ...(!isShared && { birth: `copy ${handle}`, pieces: [] }) }
}

function initiate(state: State, { place, meta, sequential, auto, forbid, ...step }: StepOf<'initiate'>): Outcome {
  if (forbid && isOverwritten(state, place)) return { answer: EXISTS, state }
  const encryption = step.encryption ?? state.encryption
  const upload: ModelUpload = { place, meta, sequential, auto, forbid, encryption, parts: new Map() }
  return { answer: { status: 200 }, state: { ...state, uploads: withEntry(state.uploads, step.upload, upload) } }
}

function stat(state: State, bucket: string): Answer {
  const isHere = (place: Place): boolean => splitPlace(place).bucket === bucket
  const objects = [...state.objects].filter(([place]) => isHere(place))
  const others = [...state.versions].flatMap(([place, versions]) => (isHere(place) ? versions : []))
  const data = [...objects.map(([, object]) => object), ...others.flatMap(({ object }) => object ?? [])]
  const uploads = [...state.uploads.values()].filter(({ place }) => isHere(place))
  return {
    status: 200,
    objects: objects.length,
    markers: others.filter(({ object }) => object === undefined).length,
    storage: data.reduce((sum, { content }) => sum + sizeOf(content), 0),
    uploads: uploads.length,
    parts: uploads.reduce((sum, { parts }) => sum + parts.size, 0),
  }
}
