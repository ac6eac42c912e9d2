import { readFileSync, unwatchFile, watchFile } from 'node:fs'
import type { SecureContextOptions } from 'node:tls'
import { Failure } from '../failure.js'
import { tls } from '../tls-modules.js'

/** Where the certificate, with its chain, and the private key are, as PEM. */
export interface TlsFiles {
  readonly certificate: string
  readonly key: string
}

/**
 * How often the files are checked, in milliseconds: renewals are rare, and file systems differ in what they announce.
 */
const LOOK_EVERY_MS = 2_000

/** The context of new connections. Throws Failure `certificateUnusable` for files that are missing or do not belong together. */
export function readCertificate({ certificate, key }: TlsFiles): SecureContextOptions {
  try {
    const options = { cert: readFileSync(certificate), key: readFileSync(key), minVersion: 'TLSv1.2' } as const
    tls().createSecureContext(options)
    return options
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Failure('certificateUnusable', { certificate, key, reason }, { cause: error })
  }
}

/**
 * Calls `onChange` with each new content of the files, and `onFailure` while they do not belong together, as between the
 * writes of the two. Returns the function that ends it.
 */
export function watchCertificate(
  files: TlsFiles,
  onChange: (options: SecureContextOptions) => void,
  onFailure: (error: unknown) => void,
): () => void {
  const paths = [files.certificate, files.key]
  const look = (): void => {
    let options: SecureContextOptions
    try {
      options = readCertificate(files)
    } catch (error) {
      onFailure(error)
      return
    }
    onChange(options)
  }
  for (const path of paths) watchFile(path, { interval: LOOK_EVERY_MS, persistent: false }, look)
  // a change between the first reading of the files and the first look of the watch is otherwise never noticed
  const first = setTimeout(look, LOOK_EVERY_MS).unref()
  return () => {
    clearTimeout(first)
    for (const path of paths) unwatchFile(path, look)
  }
}
