/** Objects of the model that change: appends, and what lifecycle rules do. */
import { joinContents, sizeOf } from './contents.js'
import {
  described,
  type ModelObject,
  type ModelVersion,
  NEW_OBJECT,
  type Outcome,
  refusal,
  type State,
  withEntry,
} from './model-state.js'
import { mark, place as placeObject, versioningOf, versionsOf, withVersions } from './model-versions.js'
import type { Names } from './names.js'
import type { DeedOf, Place, StepOf } from './steps.js'

const NOT_APPENDABLE = refusal(409, 'ObjectNotAppendable')
const WRONG_POSITION = refusal(409, 'PositionNotEqualToLength')

/** Lengthens an object, which stays the same version, or makes one. Its tag, which is not an MD5, changes. */
export function append(state: State, step: StepOf<'append'>): Outcome {
  const { place, handle, position, content, meta } = step
  const current = state.objects.get(place)
  if (current !== undefined && current.type !== 'Appendable') return { answer: NOT_APPENDABLE, state }
  const length = current === undefined ? 0 : sizeOf(current.content)
  if (position !== length) return { answer: WRONG_POSITION, state }
  const birth = `append ${handle}`
  const bytes = { tag: `~${birth}`, birth, pieces: [], isHashed: false }
  if (current !== undefined) {
    const grown = { ...current, ...bytes, content: joinContents([current.content, content]), writer: handle }
    return answered({ ...state, objects: withEntry(state.objects, place, grown) }, place)
  }
  const encryption = step.encryption ?? state.encryption
  const object = { ...NEW_OBJECT, ...bytes, encryption, content, type: 'Appendable', meta } as const
  return answered(placeObject(state, place, object, handle).state, place)
}

function answered(state: State, place: Place): Outcome {
  const object = state.objects.get(place) as ModelObject
  const version = versioningOf(state, place) === undefined ? undefined : object.version
  return { answer: { ...described(object, version), next: String(sizeOf(object.content)) }, state }
}

/** A lifecycle rule acts on a version, if its time has come. */
export function act(state: State, deed: DeedOf<'act'>, names: Names): readonly Outcome[] {
  const { place, id, action, which, isDue } = deed
  const all = versionsOf(state, place)
  return all.flatMap((version, index) => {
    const known = names.versionId(version.version)
    // the id of a version that was not answered may be any
    if (id !== undefined && known !== undefined && known !== id) return []
    if ((which === 'newest') !== (index === 0)) return []
    // a version that is not current counts from when the next one came
    if (!isDue(all[Math.max(index - 1, 0)]?.writer ?? '')) return []
    const changed = action === 'moved' ? moved(state, place, version) : expired(state, deed, version, index)
    if (changed === undefined) return []
    return [{ answer: { size: version.object && sizeOf(version.object.content) }, state: changed }]
  })
}

function moved(state: State, place: Place, { object }: ModelVersion): State | undefined {
  if (object === undefined || object.storageClass === 'IA') return undefined
  return { ...state, objects: withEntry(state.objects, place, { ...object, storageClass: 'IA' }) }
}

/** The current version makes way for a delete marker, where versions are kept; others go for good. */
function expired(
  state: State,
  { place, handle }: DeedOf<'act'>,
  version: ModelVersion,
  index: number,
): State | undefined {
  const all = versionsOf(state, place)
  if (index === 0 && version.object !== undefined)
    return versioningOf(state, place) === undefined ? withVersions(state, place, []) : mark(state, place, handle).state
  // the newest is a delete marker, which is removed only while it is alone
  if (index === 0 && all.length > 1) return undefined
  return withVersions(state, place, all.toSpliced(index, 1))
}
