/**
 * Versions of the model: the versions that a write or a deletion leaves at a place. A version is named by a symbol: `null`,
 * or `^…` until an answer has shown its id.
 */
import {
  type ModelObject,
  type ModelVersion,
  NO_SUCH_KEY,
  refusal,
  type State,
  type Versioning,
  type VersionSymbol,
  withEntry,
  without,
} from './model-state.js'
import { type Answer, type Place, type Reply, splitPlace } from './steps.js'

export const NULL_VERSION: VersionSymbol = 'null'
const NO_SUCH_VERSION = refusal(404, 'NoSuchVersion')
const IS_MARKER = refusal(405, 'MethodNotAllowed')

export function versioningOf(state: State, place: Place): Versioning | undefined {
  return state.versioning.get(splitPlace(place).bucket)
}

/** All versions of a place, the newest first. */
export function versionsOf(state: State, place: Place): readonly ModelVersion[] {
  const current = state.objects.get(place)
  const others = state.versions.get(place) ?? []
  if (current === undefined) return others
  return [{ version: current.version, writer: current.writer, object: current }, ...others]
}

/** The state in which a place has these versions, the newest first: one with data is current. */
export function withVersions(state: State, place: Place, versions: readonly ModelVersion[]): State {
  const [newest, ...others] = versions
  const object = newest?.object
  const rest = object === undefined ? versions : others
  return {
    ...state,
    objects: object === undefined ? without(state.objects, place) : withEntry(state.objects, place, object),
    versions: rest.length === 0 ? without(state.versions, place) : withEntry(state.versions, place, rest),
  }
}

/** The versions that stay when a new one is made. */
function staying(state: State, place: Place): readonly ModelVersion[] {
  switch (versioningOf(state, place)) {
    case undefined:
      return []
    case 'Enabled':
      return versionsOf(state, place)
    case 'Suspended':
      return versionsOf(state, place).filter(({ version }) => version !== NULL_VERSION)
  }
}

const newSymbol = (state: State, place: Place, handle: string): VersionSymbol =>
  versioningOf(state, place) === 'Enabled' ? `^${handle}` : NULL_VERSION

/** An object after it was made the current version of a place. */
export interface Placed {
  readonly state: State
  /** As answers show it. */
  readonly version: VersionSymbol | undefined
}

/** `handle` names the new version. */
export function place(
  state: State,
  place: Place,
  object: Omit<ModelObject, 'version' | 'writer'>,
  handle: string,
): Placed {
  const version = newSymbol(state, place, handle)
  const made = { version, writer: handle, object: { ...object, version, writer: handle } }
  const placed = withVersions(state, place, [made, ...staying(state, place)])
  return { state: placed, version: versioningOf(state, place) === undefined ? undefined : version }
}

/** The answer and the state after a deletion. */
export interface Removed {
  readonly answer: Answer
  readonly state: State
}

export function remove(state: State, place: Place, version: VersionSymbol | undefined, handle: string): Removed {
  if (versioningOf(state, place) === undefined) {
    const isThere = version === undefined || version === NULL_VERSION
    return { answer: { status: 204 }, state: isThere ? withVersions(state, place, []) : state }
  }
  const all = versionsOf(state, place)
  if (version === undefined) {
    const { marker, state: marked } = mark(state, place, handle)
    return { answer: { status: 204, version: marker, marker: 'true' }, state: marked }
  }
  const found = all.find((one) => one.version === version)
  const isMarker = found !== undefined && found.object === undefined
  return {
    answer: { status: 204, version, marker: isMarker ? 'true' : undefined },
    state: withVersions(
      state,
      place,
      all.filter((one) => one !== found),
    ),
  }
}

/** Puts a delete marker on top of the versions of a place. */
export function mark(state: State, place: Place, handle: string) {
  const marker = newSymbol(state, place, handle)
  const made = { version: marker, writer: handle, object: undefined }
  return { marker, state: withVersions(state, place, [made, ...staying(state, place)]) }
}

/** Whether a write to a place overwrites what it holds; nothing is overwritten where versions are kept. */
export const isOverwritten = (state: State, place: Place): boolean =>
  versioningOf(state, place) === undefined && state.objects.has(place)

/** The version of an object, as answers show it. */
export const shownVersion = (state: State, place: Place, { version }: ModelObject): VersionSymbol | undefined =>
  versioningOf(state, place) === undefined ? undefined : version

/** The version that a request names, by default the current one, or the refusal. */
export function find(
  state: State,
  place: Place,
  version: VersionSymbol | undefined,
  ofMarker: Reply = IS_MARKER,
): ModelObject | Reply {
  if (version === undefined) return state.objects.get(place) ?? NO_SUCH_KEY
  const found = versionsOf(state, place).find((one) => one.version === version)
  if (found === undefined) return NO_SUCH_VERSION
  return found.object ?? ofMarker
}

export const isObject = (found: ModelObject | Reply): found is ModelObject => 'pieces' in found
