import { availableParallelism } from 'node:os'
import { isOssBucketName } from '@bindery/protocol'
import type { Endpoint } from '@bindery/service'
import { UNIX_PEER } from './http/peer.js'
import { parseNetworks } from './networks.js'
import { isAllowedHost } from './outgoing/allowed-hosts.js'

/** How the text of a flag or variable becomes a value. */
export interface Codec<T> {
  /** The placeholder for the value in `--help`; undefined for a flag without a value. */
  readonly placeholder: string | undefined
  /** Describes valid values, for the message about an invalid one. */
  readonly expected: string
  /** The value, or undefined if the text is invalid. */
  readonly parse: (text: string) => T | undefined
}

const SIZE_UNITS: Readonly<Record<string, number>> = { k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 }
const SIZE_MAX = 1024 ** 5
const TIME_UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }
const AUTO_PROCESSES_MAX = 4
const CORES_PER_PROCESS = 2
/** With a longer delay Node's timers fire at once. */
const DURATION_MAX_MS = 2 ** 31 - 1

/** Any text but the empty one. */
export function text(placeholder: string): Codec<string> {
  return { placeholder, expected: 'a text', parse: (value) => (value === '' ? undefined : value) }
}

/** A text that matches a pattern; `expected` describes it to people. */
export function matching(placeholder: string, pattern: RegExp, expected: string): Codec<string> {
  return { placeholder, expected, parse: (value) => (pattern.test(value) ? value : undefined) }
}

/** `true` or `1`, `false` or `0`. A flag of this kind takes no value. */
export function boolean(): Codec<boolean> {
  const parse = (value: string) =>
    value === 'true' || value === '1' ? true : value === 'false' || value === '0' ? false : undefined
  return { placeholder: undefined, expected: 'true or false', parse }
}

/** A whole number from `min` to `max`, both included, in decimal digits. */
export function integer(placeholder: string, min: number, max: number): Codec<number> {
  const parse = (value: string) => {
    const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN
    return number >= min && number <= max ? number : undefined
  }
  return { placeholder, expected: `${min}-${max}`, parse }
}

/**
 * A number of processes, or `auto` for one per two cores: hashing and writing, which have threads of their own, use the rest. More
 * than a few processes only wait for the single writer of metadata.
 */
export function processes(placeholder: string, max: number): Codec<number> {
  const { parse, expected } = integer(placeholder, 1, max)
  return {
    placeholder,
    expected: `auto, ${expected}`,
    parse: (value) => (value === 'auto' ? automatic(availableParallelism()) : parse(value)),
  }
}

function automatic(cores: number): number {
  return Math.min(Math.max(Math.floor(cores / CORES_PER_PROCESS), 1), AUTO_PROCESSES_MAX)
}

/** One of the listed words, spelled exactly so. */
export function oneOf<T extends string>(placeholder: string, values: readonly T[]): Codec<T> {
  return { placeholder, expected: values.join(', '), parse: (value) => values.find((known) => known === value) }
}

/** Bytes, written with KiB, MiB, GiB or TiB. */
export function size(placeholder: string, minBytes: number, maxBytes: number): Codec<number> {
  const parse = (value: string) => {
    const [, number, unit = ''] = /^(\d{1,6})([kmgt]i?b)$/i.exec(value) ?? []
    const bytes = Number(number) * (SIZE_UNITS[unit.charAt(0).toLowerCase()] ?? 0)
    return bytes >= minBytes && bytes <= maxBytes ? bytes : undefined
  }
  return {
    placeholder,
    expected: `a size such as 64MiB or 1GiB, from ${sizeText(minBytes)} to ${sizeText(maxBytes)}`,
    parse,
  }
}

function sizeText(bytes: number): string {
  const unit = Math.min(4, Math.floor(Math.log2(bytes) / 10))
  return `${bytes / 1024 ** unit}${['B', 'KiB', 'MiB', 'GiB', 'TiB'][unit]}`
}

/** Bytes, written as for `size`, up to 1024TiB, or 0. */
export function sizeOrZero(placeholder: string): Codec<number> {
  const { parse } = size(placeholder, 1, SIZE_MAX)
  return {
    placeholder,
    expected: `0, or a size such as 4MiB or 1GiB, at most ${sizeText(SIZE_MAX)}`,
    parse: (value) => (value === '0' ? 0 : parse(value)),
  }
}

/** As `sizeOrZero`, or `auto`. */
export function sizeOrAuto(placeholder: string): Codec<number | 'auto'> {
  const { parse, expected } = sizeOrZero(placeholder)
  return { placeholder, expected: `auto, ${expected}`, parse: (value) => (value === 'auto' ? 'auto' : parse(value)) }
}

/** Milliseconds, written with ms, s, m or h. */
export function duration(placeholder: string): Codec<number> {
  const parse = (value: string) => {
    const [, number, unit = ''] = /^(\d{1,9})(ms|s|m|h)$/.exec(value) ?? []
    const milliseconds = Number(number) * (TIME_UNITS_MS[unit] ?? 0)
    return milliseconds > 0 && milliseconds <= DURATION_MAX_MS ? milliseconds : undefined
  }
  return { placeholder, expected: 'a time such as 500ms, 30s, 5m or 1h, at most 596h', parse }
}

/** The name of a bucket. */
export const BUCKET_NAME: Codec<string> = {
  placeholder: 'NAME',
  expected: 'a name of 3-63 lower-case letters, digits and hyphens, such as a-bucket',
  parse: (value) => (isOssBucketName(value) ? value : undefined),
}

/** The ACLs of buckets. */
const BUCKET_ACLS = ['private', 'public-read', 'public-read-write'] as const

/** A bucket to create. */
export interface BucketToCreate {
  readonly name: string
  /** Absent: private. */
  readonly acl?: (typeof BUCKET_ACLS)[number]
}

/** Comma-separated bucket names, each with an ACL behind a colon where it is not private. */
export function bucketsToCreate(placeholder: string): Codec<readonly BucketToCreate[]> {
  const parseItem = (item: string): BucketToCreate | undefined => {
    const [name = '', acl, ...rest] = item.split(':')
    const known = BUCKET_ACLS.find((one) => one === acl)
    if (!isOssBucketName(name) || rest.length > 0 || (acl !== undefined && known === undefined)) return undefined
    return known === undefined ? { name } : { name, acl: known }
  }
  const { parse, ...codec } = list(
    placeholder,
    'names of 3-63 lower-case letters, digits and hyphens, with an ACL (private, public-read, public-read-write) behind a colon if needed, such as a-bucket,b-bucket:public-read',
    (item) => parseItem(item) !== undefined,
  )
  return { ...codec, parse: (value) => parse(value)?.flatMap((item) => parseItem(item) ?? []) }
}

/** Comma-separated host names, lower-cased. */
export function hostNames(placeholder: string): Codec<readonly string[]> {
  const { parse, ...codec } = list(placeholder, 'host names such as oss.example,s3.example', (host) =>
    /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(host),
  )
  return { ...codec, parse: (value) => parse(value.toLowerCase()) }
}

/** A URL of scheme, host and port alone, in lower case. */
export function endpoint(placeholder: string): Codec<Endpoint> {
  const parse = (value: string): Endpoint | undefined => {
    const [, scheme, host = ''] =
      /^(https?):\/\/((?:\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::\d{1,5})?)\/?$/.exec(
        value.toLowerCase(),
      ) ?? []
    return scheme === 'http' || scheme === 'https' ? { scheme, host } : undefined
  }
  return { placeholder, expected: 'a URL such as https://oss.example or http://10.0.0.1:9000', parse }
}

/** Comma-separated entries of `AllowedHosts`, lower-cased; an empty text allows nothing. */
export function allowedHosts(placeholder: string): Codec<readonly string[]> {
  const { parse, ...codec } = list(
    placeholder,
    'loopback, host names, *.suffixes and networks, such as loopback,*.example,10.0.0.0/8',
    isAllowedHost,
  )
  return { ...codec, parse: (value) => parse(value.toLowerCase()) }
}

/** Comma-separated domains, or suffixes of them after `*.`, lower-cased. */
export function domainPatterns(placeholder: string): Codec<readonly string[]> {
  const { parse, ...codec } = list(placeholder, 'domains and *.suffixes, such as files.example,*.example', (item) =>
    /^(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(item),
  )
  return { ...codec, parse: (value) => parse(value.toLowerCase()) }
}

/** Comma-separated addresses and networks. */
export function networks(placeholder: string): Codec<readonly string[]> {
  return list(
    placeholder,
    'loopback, addresses and networks, such as loopback,10.0.0.0/8',
    (item) => parseNetworks(item) !== undefined,
  )
}

/** Comma-separated addresses and networks, and `unix` for the Unix domain socket. */
export function proxies(placeholder: string): Codec<readonly string[]> {
  return list(
    placeholder,
    'loopback, unix, addresses and networks, such as loopback,10.0.0.0/8',
    (item) => item === UNIX_PEER || parseNetworks(item) !== undefined,
  )
}

/** Permissions of a file, in octal digits. */
export function fileMode(placeholder: string): Codec<number> {
  const parse = (value: string) => (/^0?[0-7]{3}$/.test(value) ? Number.parseInt(value, 8) : undefined)
  return { placeholder, expected: 'permissions such as 660 or 600', parse }
}

function list(placeholder: string, expected: string, holds: (item: string) => boolean): Codec<readonly string[]> {
  const parse = (value: string) => {
    const items = value
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '')
    return items.every(holds) ? items : undefined
  }
  return { placeholder, expected, parse }
}
