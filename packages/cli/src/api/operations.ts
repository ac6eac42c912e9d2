import { type Field, type Operation, operations } from '@bindery/protocol'
import type { Flag } from '../flags.js'

/** `GetObjectACL` as `get-object-acl`. */
export function commandNameOf(operation: string): string {
  return operation
    .replace('QoS', 'Qos')
    .replace(/([a-z\d])([A-Z])/g, '$1-$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .toLowerCase()
}

/** Operations that only a browser sends: a preflight, and a form. */
const OF_BROWSERS: ReadonlySet<string> = new Set(['OptionObject', 'PostObject'])

/** Every operation that can be called by name, by its name as a command. */
export const CALLABLE: ReadonlyMap<string, Operation> = new Map(
  Object.values(operations as Readonly<Record<string, unknown>>)
    .map((one) => one as Operation)
    .filter(({ name, method }) => !OF_BROWSERS.has(name) && method !== 'OPTIONS')
    .map((operation) => [commandNameOf(operation.name), operation] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1)),
)

/** The flag of a field, without dashes: `objectAcl` is `object-acl`. */
export function flagOf(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** Headers that are computed from the body. */
const COMPUTED: ReadonlySet<string> = new Set(['contentMd5'])

/** The fields of an operation that a request has words for. */
export function fieldsOf({ input }: Operation): readonly (readonly [name: string, field: Field<unknown>])[] {
  return Object.entries(input).filter(([name, { place }]) => place !== 'implied' && !COMPUTED.has(name))
}

/** The value of a field that has only one; undefined for others. */
export function onlyValueOf({ codec }: Field<unknown>): string | undefined {
  const isValue = (text: string) => {
    try {
      return codec.decode(text, '') === text
    } catch {
      return false
    }
  }
  return isValue(codec.name) && !isValue(`${codec.name}x`) ? codec.name : undefined
}

/** The flags of an operation; a field has a flag by its own name, and one by the name of its header or query key. */
export function flagsOf(operation: Operation): Readonly<Record<string, Flag>> {
  const flags: Record<string, Flag> = {}
  const taken = new Set<string>()
  for (const [name, field] of fieldsOf(operation)) {
    if (field.place === 'metadata') {
      flags.meta = { value: 'NAME=VALUE', repeats: true }
      continue
    }
    const flag = flagOf(name)
    const wire = field.name.toLowerCase()
    const spellings = wire === flag || taken.has(`--${wire}`) ? [] : [`--${wire}`]
    for (const spelling of spellings) taken.add(spelling)
    flags[flag] = field.codec.name === 'flag' ? { spellings } : { value: placeholderOf(field), spellings }
  }
  const levels = [operation.level, ...(operation.otherLevels ?? [])]
  if (levels.some((level) => level !== 'service')) flags.bucket = { value: 'BUCKET', spellings: ['-b'] }
  if (levels.includes('object')) flags.key = { value: 'KEY' }
  if (operation.body !== undefined) flags.body = { value: 'TEXT|file://FILE|-' }
  flags.output = { value: 'FILE' }
  flags.raw = {}
  return flags
}

function placeholderOf({ codec }: Field<unknown>): string {
  return /^[\w |]+$/.test(codec.name) && codec.name.length <= 40
    ? codec.name.toUpperCase().replace(/ \| /g, '|')
    : 'TEXT'
}
