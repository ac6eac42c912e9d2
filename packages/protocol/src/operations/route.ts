import type { Discriminator, Level, Method, Operation } from '../operation.js'
import type { Query } from '../query.js'
import { ABSENT_OPERATIONS, type AbsentOperation, UNDESCRIBED_SUBRESOURCES } from './absent.js'
import { type OperationName, operations } from './index.js'

/** An operation of the index. */
export type DeclaredOperation = Operation & { readonly name: OperationName }

/** What routing reads of an operation. */
export type Routable = Pick<Operation, 'name' | 'method' | 'level' | 'otherLevels' | 'when'>

/** The operation of a request at a level, or undefined where OSS has none. Header names are in lower case. */
export type Route<O extends Routable> = (
  method: string,
  level: Level,
  query: Query,
  headers: Readonly<Record<string, string>>,
) => O | undefined

interface Alternative<O> {
  readonly operation: O
  readonly query: readonly AskedKey[]
  readonly header: readonly string[]
  readonly rank: number
}

/** A query key that is asked for; undefined where any value will do. */
interface AskedKey {
  readonly name: string
  readonly value: string | undefined
}

/**
 * Routes by method, level and discriminators. The most discriminators win, so that the order of declarations means
 * nothing; a request that is two operations equally is none. Throws where two declarations have the same discriminators.
 */
export function createRoute<O extends Routable>(declarations: readonly O[]): Route<O> {
  const table = new Map<string, Map<Level, Alternative<O>[]>>()
  for (const operation of declarations) {
    for (const level of [operation.level, ...(operation.otherLevels ?? [])]) {
      const levels = table.get(operation.method) ?? new Map<Level, Alternative<O>[]>()
      const row = levels.get(level) ?? []
      for (const discriminator of operation.when?.length ? operation.when : [{}]) {
        const alternative = alternativeOf(operation, discriminator)
        const twin = row.find((other) => sameDiscriminators(alternative, other))
        if (twin !== undefined) throw new Error(`${operation.name} and ${twin.operation.name} match the same requests`)
        row.push(alternative)
      }
      table.set(operation.method, levels.set(level, row))
    }
  }
  return (method, level, query, headers) => {
    let best: Alternative<O> | undefined
    let isShared = false
    for (const one of table.get(method)?.get(level) ?? []) {
      if (best !== undefined && one.rank < best.rank) continue
      if (!matches(one, query, headers)) continue
      if (best === undefined || one.rank > best.rank) {
        best = one
        isShared = false
      } else if (one.operation !== best.operation) isShared = true
    }
    return isShared ? undefined : best?.operation
  }
}

function alternativeOf<O>(operation: O, { query = [], header = [] }: Discriminator): Alternative<O> {
  const values = query.filter((key) => key.includes('=')).length
  return {
    operation,
    query: [...query].sort().map((key) => {
      const [name = '', value] = key.split('=')
      return { name, value }
    }),
    header: header.map((name) => name.toLowerCase()).sort(),
    rank: query.length + values + header.length,
  }
}

function sameDiscriminators(one: Alternative<unknown>, other: Alternative<unknown>): boolean {
  return JSON.stringify([one.query, one.header]) === JSON.stringify([other.query, other.header])
}

function matches(
  { query: keys, header }: Alternative<unknown>,
  query: Query,
  headers: Readonly<Record<string, string>>,
): boolean {
  for (const { name, value } of keys) {
    const given = query.get(name)
    if (given === undefined || (value !== undefined && given !== value)) return false
  }
  for (const name of header) if (headers[name] === undefined) return false
  return true
}

const routeAll = createRoute<DeclaredOperation | AbsentOperation>([
  ...(Object.values(operations) as DeclaredOperation[]),
  ...ABSENT_OPERATIONS,
])

/** An operation that Bindery has, or that OSS has and Bindery answers notImplemented for. */
export type Routed = DeclaredOperation | Pick<AbsentOperation, 'absent' | 'name'>

/**
 * The operation that a request asks for, or undefined for a method that the resource does not have: `DELETE /key?acl`
 * must not delete the object. A sub-resource that Bindery does not have makes an absent operation of any request; keys
 * that mean nothing anywhere are ignored. A preflight carries the query of the request that is to follow.
 */
export function route(
  method: string,
  level: Level,
  query: Query,
  headers: Readonly<Record<string, string>>,
): Routed | undefined {
  const found = routeAll(method, level, query, headers)
  if (method === 'OPTIONS' || method === 'HEAD' || (found !== undefined && 'absent' in found)) return found
  const foreign = foreignSubresource(method, level, query, found)
  if (foreign === undefined) return found
  return LEVELS.some((one) => SUBRESOURCES[one].has(foreign)) ? undefined : { absent: true, name: `?${foreign}` }
}

/** A key of the query that asks for another operation than the one found. What writes heeds those of other levels too. */
function foreignSubresource(
  method: string,
  level: Level,
  query: Query,
  found: DeclaredOperation | undefined,
): string | undefined {
  if (query.parameters.length === 0) return undefined
  const known = KNOWN_KEYS.get(found?.name ?? '')
  const levels = method === 'GET' ? [level] : LEVELS
  const isSubresource = (name: string) =>
    levels.some((one) => SUBRESOURCES[one].has(name) || ABSENT_SUBRESOURCES[one].has(name))
  return query.parameters.find(({ name }) => known?.has(name) !== true && isSubresource(name))?.name
}

const METHODS: readonly Method[] = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT']

/** The methods that a request to the same resource may use, as `Allow` lists them: those by which it is an operation here. */
export function allowedMethods(
  level: Level,
  query: Query,
  headers: Readonly<Record<string, string>>,
): readonly Method[] {
  return METHODS.filter((method) => {
    const found = route(method, level, query, headers)
    return found !== undefined && !('absent' in found)
  })
}

function knownKeys({ when = [], input, refuses = [] }: Operation): ReadonlySet<string> {
  return new Set([
    ...when.flatMap(({ query = [] }) => query),
    ...Object.values(input).map(({ name }) => name),
    ...refuses.map(({ name }) => name),
  ])
}

const KNOWN_KEYS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  (Object.values(operations) as DeclaredOperation[]).map((operation) => [operation.name, knownKeys(operation)]),
)

const LEVELS = ['service', 'bucket', 'object'] as const

/** The first key of each alternative names the sub-resource; others say more about it. */
function subresourcesOf(operations: readonly Routable[], level: Level): readonly string[] {
  return operations
    .filter((operation) => operation.level === level || operation.otherLevels?.includes(level))
    .flatMap(({ when = [] }) => when.flatMap(({ query = [] }) => query.slice(0, 1)))
    .map((key) => key.split('=')[0] ?? key)
}

function byLevel(keysOf: (level: Level) => readonly string[]): Readonly<Record<Level, ReadonlySet<string>>> {
  const [service, bucket, object] = LEVELS.map((level) => new Set(keysOf(level)))
  return { service, bucket, object } as Record<Level, ReadonlySet<string>>
}

const SUBRESOURCES = byLevel((level) => subresourcesOf(Object.values<Routable>(operations), level))
const ABSENT_SUBRESOURCES = byLevel((level) => [
  ...subresourcesOf(ABSENT_OPERATIONS, level),
  ...UNDESCRIBED_SUBRESOURCES[level],
])
