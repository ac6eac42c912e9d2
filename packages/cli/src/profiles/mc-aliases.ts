import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Environment } from '../command.js'
import type { Profile } from './profiles.js'

/** An alias in the file of mc. */
interface Alias {
  readonly url?: string
  readonly accessKey?: string
  readonly secretKey?: string
  readonly sessionToken?: string
  /** `on`, `off` or `auto`. */
  readonly path?: string
}

const STYLES: Readonly<Record<string, string>> = { on: 'path', off: 'virtual' }

/**
 * The aliases of mc as profiles of S3: of `config.json` in MC_CONFIG_DIR or `.mc` of the home folder, and those of variables such as
 * `MC_HOST_backup=https://KEY:SECRET@host`, which take precedence. A file that cannot be read has none.
 */
export async function aliasesOf(env: Environment, home: string): Promise<readonly Profile[]> {
  const file = path.join(env.MC_CONFIG_DIR || path.join(home, '.mc'), 'config.json')
  const fromVariables = Object.entries(env).flatMap(([variable, value]) => {
    const [, name] = /^MC_HOST_(.+)$/.exec(variable) ?? []
    const alias = name === undefined || value === undefined ? undefined : aliasIn(value)
    return name === undefined || alias === undefined ? [] : [profileOf(name, variable, alias)]
  })
  const names = new Set(fromVariables.map(({ name }) => name))
  const fromFile = Object.entries(await readAliases(file)).map(([name, alias]) => profileOf(name, file, alias))
  return [...fromVariables, ...fromFile.filter(({ name }) => !names.has(name))]
}

async function readAliases(file: string): Promise<Readonly<Record<string, Alias>>> {
  try {
    const { aliases = {} } = JSON.parse(await readFile(file, 'utf8')) as { aliases?: Readonly<Record<string, Alias>> }
    return aliases
  } catch {
    return {}
  }
}

/** The alias in the URL of a variable; undefined for a text that is not a URL, or whose key is not percent-encoded. */
function aliasIn(text: string): Alias | undefined {
  try {
    const { origin, username, password } = new URL(text)
    // a token follows the secret
    const [secret = '', token] = decodeURIComponent(password).split(':', 2)
    return {
      url: origin,
      accessKey: decodeURIComponent(username),
      secretKey: secret,
      ...(token === undefined ? {} : { sessionToken: token }),
    }
  } catch {
    return undefined
  }
}

function profileOf(name: string, file: string, alias: Alias): Profile {
  const { url, accessKey, secretKey, sessionToken, path: lookup = '' } = alias
  const all = {
    endpoint: url,
    'access-key-id': accessKey,
    'access-key-secret': secretKey,
    'sts-token': sessionToken,
    'addressing-style': STYLES[lookup],
    dialect: 's3',
  }
  const settings = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined && value !== ''))
  return { name, file, settings }
}
