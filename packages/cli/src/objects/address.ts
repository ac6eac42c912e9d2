import { Failure } from '@bindery/server/local'

/** A bucket, a prefix of keys, or an object. */
export interface Address {
  readonly bucket: string
  /** A key or a prefix; '' for the bucket itself. It is taken as it is typed: nothing in it is an escape. */
  readonly key: string
  /** The profile with its server; absent for the server of the command. */
  readonly profile?: string
}

const SCHEME = /^(?:oss|s3):\/\//i
/**
 * `backup:bucket/key`, with the name of a profile; one letter is a drive of Windows, and a file is `./backup:bucket`. A name with a
 * dot is more often that of a file than that of a bucket.
 */
const PROFILED = /^([a-z0-9][\w.-]+):(?=[a-z0-9][a-z0-9-]{1,61}[a-z0-9](?:\/|$))/i
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/

/** Whether an argument names something on a server, and not a file. */
export function isAddress(text: string): boolean {
  return SCHEME.test(text) || PROFILED.test(text)
}

/** The profile in an argument such as `backup:bucket/key`; undefined in others. */
export function profileIn(text: string): string | undefined {
  return PROFILED.exec(text)?.[1]
}

/** `oss://BUCKET/KEY` as its parts; `s3://` means the same. Throws Failure `addressInvalid`, `bucketNameInvalid`. */
export function parseAddress(text: string): Address {
  const profile = profileIn(text)
  const path = text.replace(profile === undefined ? SCHEME : PROFILED, '')
  const slash = path.indexOf('/')
  const bucket = slash === -1 ? path : path.slice(0, slash)
  const key = slash === -1 ? '' : path.slice(slash + 1)
  if (isAddress(text) && BUCKET.test(bucket)) return { bucket, key, ...(profile === undefined ? {} : { profile }) }
  if (isAddress(text) && bucket !== '') throw new Failure('bucketNameInvalid', { bucket })
  throw new Failure('addressInvalid', { address: text, suggestion: suggestionFor(text) })
}

/** The address of one object. Throws Failure `addressInvalid`, `addressUnfit`. */
export function parseObject(command: string, text: string): Address {
  const address = parseAddress(text)
  if (address.key === '') throw new Failure('addressUnfit', { command, address: text, needed: 'oss://BUCKET/KEY' })
  return address
}

/** The name in the address of a bucket. Throws Failure `addressInvalid`, `addressUnfit`. */
export function parseBucket(command: string, text: string): string {
  const { bucket, key } = parseAddress(text)
  if (key !== '') throw new Failure('addressUnfit', { command, address: text, needed: 'oss://BUCKET' })
  return bucket
}

/** `oss://bucket/key`. Control characters are shown as escapes, so that no key can move a terminal's cursor. */
export function addressText(address: Address): string {
  return shown(exactAddress(address))
}

/** `oss://bucket/key`, with every character as it is: for programs, and not for a terminal. */
export function exactAddress({ bucket, key, profile }: Address): string {
  const server = profile === undefined ? 'oss://' : `${profile}:`
  return `${server}${bucket}${key === '' ? '' : `/${key}`}`
}

/** Text from elsewhere, for a terminal. */
export function shown(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** The address that was probably meant, where the scheme is misspelt or missing. */
function suggestionFor(text: string): string | undefined {
  const path = text.replace(/^(?:[a-z0-9]{1,5}:|(?:oss|s3):?\/)\/*/i, '').replace(/^\/+/, '')
  const [bucket = ''] = path.split('/')
  return BUCKET.test(bucket) ? `oss://${path}` : undefined
}
