/**
 * Text and bytes. A byte string is a string in which each character is one byte (0x00-0xFF). Header values and request
 * targets are byte strings, so that whatever a client sent is signed and echoed unchanged.
 */

const encoder = new TextEncoder()
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** For texts of up to this length, copying ASCII here costs less than calling the system's encoder. */
const SHORT_MAX = 64

/** The UTF-8 bytes of a text. */
export function utf8Bytes(text: string): Uint8Array {
  return (text.length <= SHORT_MAX ? asciiBytes(text) : undefined) ?? encoder.encode(text)
}

/** The bytes of a text of ASCII characters; undefined for any other text. */
function asciiBytes(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(text.length)
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code > 0x7f) return undefined
    bytes[index] = code
  }
  return bytes
}

/** The text of UTF-8 bytes, or undefined if they are not valid UTF-8. */
export function utf8Text(bytes: Uint8Array): string | undefined {
  try {
    return strictDecoder.decode(bytes)
  } catch {
    return undefined
  }
}

/** The byte string of a text's UTF-8 encoding. */
export function byteString(text: string): string {
  return isAscii(text) ? text : bytesToString(encoder.encode(text))
}

/** The text whose UTF-8 encoding is this byte string, or undefined. */
export function textOfByteString(value: string): string | undefined {
  return isAscii(value) ? value : utf8Text(stringToBytes(value))
}

/** The bytes of a byte string. */
export function stringToBytes(value: string): Uint8Array {
  const bytes = new Uint8Array(value.length)
  for (let index = 0; index < value.length; index += 1) bytes[index] = value.charCodeAt(index)
  return bytes
}

/** The byte string of these bytes. */
export function bytesToString(bytes: Uint8Array): string {
  let value = ''
  for (const byte of bytes) value += String.fromCharCode(byte)
  return value
}

/** Lower-case hex digits. */
export function hex(bytes: Uint8Array): string {
  let value = ''
  for (let index = 0; index < bytes.length; index += 1) value += LOWER_HEX_PAIRS[bytes[index] ?? 0]
  return value
}

/** Upper-case hex digits, as in the ids that OSS generates. */
export function upperHex(bytes: Uint8Array): string {
  let value = ''
  for (let index = 0; index < bytes.length; index += 1) value += HEX_PAIRS[bytes[index] ?? 0]
  return value
}

/** Upper-case hex pairs, each followed by a space, as in the `StringToSignBytes` of OSS errors. */
export function hexDump(bytes: Uint8Array): string {
  let value = ''
  for (const byte of bytes) value += `${HEX_PAIRS[byte]} `
  return value
}

/** The bytes that pairs of hex digits stand for, in any case; undefined if the text is something else. */
export function hexBytes(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(text)) return undefined
  return Uint8Array.from({ length: text.length / 2 }, (_, index) =>
    Number.parseInt(text.slice(2 * index, 2 * index + 2), 16),
  )
}

/** Base64 in the standard alphabet, padded. */
export function base64(bytes: Uint8Array): string {
  return btoa(bytesToString(bytes))
}

/** The bytes of a base64 text (standard alphabet, padded), or undefined if it is not one. */
export function base64Bytes(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  const bytes = new Uint8Array((text.length / 4) * 3 - padding)
  for (let from = 0, to = 0; from < text.length; from += 4, to += 3) {
    const group =
      (sextetAt(text, from) << 18) |
      (sextetAt(text, from + 1) << 12) |
      (sextetAt(text, from + 2) << 6) |
      sextetAt(text, from + 3)
    bytes[to] = group >> 16
    // beyond the end of the bytes nothing is written
    bytes[to + 1] = group >> 8
    bytes[to + 2] = group
  }
  return bytes
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
/** The value of each character of base64; 0 for others, such as padding. */
const SEXTETS = new Uint8Array(128)
for (let value = 0; value < BASE64.length; value += 1) SEXTETS[BASE64.charCodeAt(value)] = value

const sextetAt = (text: string, index: number): number => SEXTETS[text.charCodeAt(index)] ?? 0

/** The two upper-case hex digits of each byte. */
const HEX_PAIRS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).toUpperCase().padStart(2, '0'))

const LOWER_HEX_PAIRS = HEX_PAIRS.map((pair) => pair.toLowerCase())

/** The percent-encoding of each byte. */
const ENCODED_BYTES = HEX_PAIRS.map((pair, byte) => {
  const character = String.fromCharCode(byte)
  return /[A-Za-z0-9\-_.~]/.test(character) ? character : `%${pair}`
})

/** Text that is its own encoding: most keys and query values. */
const PLAIN = /^[A-Za-z0-9\-_.]*$/
const PLAIN_PATH = /^[A-Za-z0-9\-_./]*$/

/**
 * Percent-encodes the UTF-8 bytes of `text` except `A-Za-z0-9-_.~`, the set that OSS uses in signatures and listings.
 * With `keepTilde: false`, `~` becomes %7E, as in Location headers.
 */
export function percentEncode(text: string, { keepSlash = false, keepTilde = true } = {}): string {
  if ((keepSlash ? PLAIN_PATH : PLAIN).test(text)) return text
  const bytes = byteString(text)
  let encoded = ''
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes.charCodeAt(index)
    if (byte === 0x2f && keepSlash) encoded += '/'
    else if (byte === 0x7e && !keepTilde) encoded += '%7E'
    else encoded += ENCODED_BYTES[byte]
  }
  return encoded
}

/**
 * Decodes `%XX` once into UTF-8 text and leaves `+` alone. Undefined if an escape is malformed or the bytes are not
 * UTF-8.
 */
export function percentDecode(encoded: string): string | undefined {
  if (!encoded.includes('%')) return textOfByteString(encoded)
  if (/%(?![0-9A-Fa-f]{2})/.test(encoded)) return undefined
  const raw = encoded.replace(/%([0-9A-Fa-f]{2})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)))
  return textOfByteString(raw)
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > 0x7f) return false
  return true
}
