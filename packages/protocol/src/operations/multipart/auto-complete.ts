/** The extension by which an upload completes itself. */
import { badArgument, type Codec, crc64Decimal, integer } from '../../codec.js'
import { header, optional } from '../../field.js'
import { OBJECT_SIZE_MAX, PART_NUMBER_MAX } from '../../limits.js'

/** When an upload is whole. */
export type AutoCompleteWhen = (
  | {
      /** Exactly the parts from 1 to this number are stored. */
      readonly parts: number
      readonly size?: undefined
    }
  | {
      /** The bytes of all parts. */
      readonly size: number
      readonly parts?: undefined
    }
) & {
  /** The required CRC-64 of the object; otherwise the upload stays open. */
  readonly crc64?: bigint
}

const parts = integer(1, PART_NUMBER_MAX)
const size = integer(0, OBJECT_SIZE_MAX)

/** `parts=N` or `size=BYTES`, then optionally `; crc64=DECIMAL`. */
const autoCompleteWhen: Codec<AutoCompleteWhen> = {
  name: 'parts=N | size=BYTES, then [; crc64=DECIMAL]',
  causes: ['invalidArgument'],
  decode(value, argument) {
    const match = /^(parts|size)=([0-9]+) *(?:; *crc64=([0-9]+))?$/.exec(value.trim())
    if (match === null) throw badArgument('invalidArgument', argument, value)
    const [, name, number = '', crc64] = match
    const whole = name === 'parts' ? { parts: parts.decode(number, argument) } : { size: size.decode(number, argument) }
    return crc64 === undefined ? whole : { ...whole, crc64: crc64Decimal.decode(crc64, argument) }
  },
  encode: (when) => {
    const whole = when.parts === undefined ? `size=${when.size}` : `parts=${when.parts}`
    return when.crc64 === undefined ? whole : `${whole}; crc64=${when.crc64}`
  },
}

/** The condition under which an upload completes itself, in `x-oss-ext-auto-complete` of InitiateMultipartUpload. */
export const autoComplete = optional(header('x-oss-ext-auto-complete', autoCompleteWhen))
