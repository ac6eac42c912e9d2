import { resolve } from 'node:path'
import type { Serving } from '@bindery/server'
import { Failure, findServer } from '@bindery/server/local'
import { type AdminServer, adminServer } from './admin/send.js'
import { defaultFolder } from './arguments.js'
import type { Environment } from './command.js'

/** The server that uses a folder, by default that of the environment. Throws Failure `serverNotFound`. */
export async function requireServer(folder: string | undefined, env: Environment): Promise<Serving> {
  const path = folder ?? defaultFolder(env)
  const running = await findServer(resolve(path))
  if (running === undefined) throw new Failure('serverNotFound', { folder: path })
  return running
}

/**
 * The running server of a folder, or the one at an address, and a key for it. Throws Failure `serverNotFound`, `keyOther`,
 * `adminKeyMissing`, `valueInvalid`.
 */
export async function serverWithKey(
  folder: string | undefined,
  endpoint: string | undefined,
  env: Environment,
): Promise<AdminServer> {
  if (endpoint !== undefined) {
    await requireValidEndpoint(endpoint)
    return adminServer({ endpoint, folder }, env)
  }
  const running = await requireServer(folder, env)
  // the folder of the command line, as if a variable named it
  const variables = { ...env, BINDERY_DIR: folder ?? defaultFolder(env) }
  const { credentials } = await adminServer({ endpoint: running.endpoint, folder: undefined }, variables).catch(
    (error) => {
      if (error instanceof Failure) throw new Failure('keyOther', running, { cause: error })
      throw error
    },
  )
  const isOwn = Boolean(env.OSS_ACCESS_KEY_ID)
  if (!isOwn && credentials.accessKeyId !== running.accessKeyId) throw new Failure('keyOther', running)
  return { endpoint: running.endpoint, region: running.region, credentials }
}

/** The address that a command line gives, or the variables do: they count less than a folder of the command line. */
export function givenEndpoint(
  folder: string | undefined,
  flag: string | undefined,
  { OSS_ENDPOINT }: Environment,
): string | undefined {
  return flag ?? (folder === undefined ? OSS_ENDPOINT || undefined : undefined)
}

/** Throws Failure `valueInvalid`. */
export async function requireValidEndpoint(endpoint: string): Promise<void> {
  const { OPTIONS } = await import('@bindery/server') // which loads the server
  requireValid('--endpoint', endpoint, OPTIONS.endpoint.codec)
}

/** Throws Failure `valueInvalid`. */
export function requireValid(
  name: string,
  value: string,
  codec: { readonly expected: string; parse(text: string): unknown },
): void {
  if (codec.parse(value) === undefined) throw new Failure('valueInvalid', { name, value, expected: codec.expected })
}
