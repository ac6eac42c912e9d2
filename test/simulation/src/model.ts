/**
 * The reference model: the required behaviour of the service, on plain maps and one step at a time. It knows OSS's
 * rules and the tags of copies, but nothing of manifests, slices, garbage or transactions.
 */
import { sizeOf, sliceContent } from './contents.js'
import { listObjects, listParts, listUploads } from './model-listing.js'
import {
  described,
  EXISTS,
  type ModelObject,
  type ModelUpload,
  NO_SUCH_KEY,
  NO_SUCH_UPLOAD,
  type Outcome,
  type State,
  uploadOf,
  withEntry,
  withObject,
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
    case 'get':
      return same(get(state, step))
    case 'delete':
      return [{ answer: { status: 204 }, state: { ...state, objects: without(state.objects, step.place) } }]
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
      return [addPart(state, step, step.piece, step.contentRange)]
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

function put(state: State, { place, content, forbid, meta, callback }: StepOf<'put'>): Outcome {
  if (forbid && state.objects.has(place)) return { answer: EXISTS, state }
  const pieces = [{ number: 1, content, tag: content, isOwn: true }]
  const birth = `put ${content}`
  const object: ModelObject = { content, tag: content, type: 'Normal', meta, birth, pieces, isHashed: true }
  const answer = callback === undefined ? described(object) : answerOfCallback(callback, described(object))
  return { answer, state: withObject(state, place, object) }
}

function get(state: State, { place, range }: StepOf<'get'>): Answer {
  const object = state.objects.get(place)
  if (object === undefined) return NO_SUCH_KEY
  const { content, type, meta, isHashed } = object
  const within = lyingWithin(range, sizeOf(content))
  if (within === undefined) return { ...described(object), content, md5: isHashed ? content : undefined, type, meta }
  return { ...described(object), status: 206, content: sliceContent(content, within.start, within.end), type, meta }
}

function copy(state: State, { source, place, forbid, meta }: StepOf<'copy'>): Outcome {
  const object = state.objects.get(source)
  if (object === undefined) return { answer: NO_SUCH_KEY, state }
  if (forbid && state.objects.has(place)) return { answer: EXISTS, state }
  const made = { ...object, meta: meta ?? (source === place ? '' : object.meta) }
  return { answer: described(made), state: withObject(state, place, made) }
}

function initiate(state: State, { place, meta, sequential, auto, forbid, ...step }: StepOf<'initiate'>): Outcome {
  if (forbid && state.objects.has(place)) return { answer: EXISTS, state }
  const upload: ModelUpload = { place, meta, sequential, auto, forbid, parts: new Map() }
  return { answer: { status: 200 }, state: { ...state, uploads: withEntry(state.uploads, step.upload, upload) } }
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
