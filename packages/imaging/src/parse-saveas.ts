/** The pipe of ProcessObject: a process, and where its result is stored. */
import { ImageFault } from './fault.js'
import { base64Text } from './parameters.js'

/** A process whose result is stored as an object. */
export interface Saveas {
  /** `image/…` or `style/…`. */
  readonly process: string
  readonly key: string
  /** Absent: the bucket of the source. */
  readonly bucket?: string
}

const FIELD = 'x-oss-process='

/** Splits at the pipe first, because base64 of the standard alphabet holds slashes. Throws ImageFault. */
export function parseSaveas(body: string): Saveas {
  const sent = body.trim()
  const value = sent.startsWith(FIELD) ? sent.slice(FIELD.length) : sent
  const text = /%7c/i.test(value) ? decode(value) : value
  const [process = '', target, ...more] = text.split('|')
  const match = /^sys\/saveas,(.*)$/s.exec(target ?? '')
  if (match === null || more.length > 0) throw new ImageFault('SaveasTarget', 'x-oss-process', text)
  const parts = (match[1] ?? '').split(',')
  const named = (letter: string) => parts.find((one) => one.startsWith(`${letter}_`))?.slice(2)
  const [key, bucket] = [named('o'), named('b')]
  if (key === undefined || key === '') throw new ImageFault('SaveasTarget', 'o', '')
  return {
    process,
    key: base64Text(key, 'o', 'SaveasTarget'),
    ...(bucket !== undefined && { bucket: base64Text(bucket, 'b', 'SaveasTarget') }),
  }
}

/** A plus stays a plus. */
function decode(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    throw new ImageFault('SaveasTarget', 'x-oss-process', value)
  }
}
