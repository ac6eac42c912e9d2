// Which package may import which, and what a package may not use. The table is the one in ARCHITECTURE.md, as data.

import { builtinModules } from 'node:module'
import path from 'node:path'

const SYSTEM = [
  'child_process',
  'cluster',
  'dgram',
  'fs',
  'http',
  'http2',
  'https',
  'net',
  'os',
  'process',
  'tls',
  'worker_threads',
]

/**
 * One row per package. `may`: our packages that it may import. `testsMay`: what its tests may import in addition.
 * `without`: built-in modules that it must not import, except in tests ('all': every one). `pure`: it has no clock,
 * randomness or environment of its own; they are passed in.
 */
export const LAYERS = {
  bytes: { may: [], testsMay: [], without: 'all', pure: true },
  protocol: { may: ['bytes'], testsMay: [], without: 'all', pure: true },
  select: { may: ['bytes'], testsMay: [], without: 'all', pure: true },
  imaging: { may: ['bytes'], testsMay: [], without: [], pure: false },
  digest: { may: ['bytes'], testsMay: [], without: [], pure: false },
  storage: { may: ['bytes', 'digest'], testsMay: [], without: [], pure: false },
  encryption: { may: ['bytes', 'digest', 'storage'], testsMay: [], without: SYSTEM, pure: true },
  'storage-postgres': { may: ['storage'], testsMay: [], without: [], pure: false },
  // it signs requests of S3, which the wire knows
  'storage-s3': { may: ['bytes', 'digest', 'protocol', 'storage'], testsMay: [], without: [], pure: false },
  'storage-local': { may: ['bytes', 'storage', 'digest'], testsMay: [], without: [], pure: false },
  service: {
    may: ['bytes', 'imaging', 'protocol', 'select', 'storage'],
    testsMay: ['digest', 'encryption'],
    without: SYSTEM,
    pure: true,
  },
  server: {
    may: [
      'bytes',
      'imaging',
      'service',
      'protocol',
      'storage',
      'digest',
      'encryption',
      'storage-local',
      'storage-postgres',
      'storage-s3',
    ],
    testsMay: [],
    without: [],
    pure: false,
  },
  client: { may: ['bytes', 'protocol'], testsMay: ['service', 'storage'], without: [], pure: false },
  console: { may: ['bytes', 'client', 'protocol'], testsMay: [], without: 'all', pure: false },
  testing: { may: ['server'], testsMay: ['client'], without: [], pure: false },
  // of the console it has the programs that connect to a server
  cli: { may: ['bytes', 'client', 'console', 'protocol', 'server'], testsMay: [], without: [], pure: false },
}

/**
 * The folders of the server for each engine, which alone import the engine. A deployment chooses its engines: only
 * DEPLOYMENT_USERS import from these folders, and the rest of the server uses the port `deployment.ts`.
 */
const ENGINE_FOLDERS = {
  '@bindery/storage-local': ['folder/', 'gateway/'],
  '@bindery/storage-postgres': ['gateway/'],
  '@bindery/storage-s3': ['gateway/'],
}
/** `index.ts` exports what only a folder has: its backups; `local.ts` its lock and its key. */
const DEPLOYMENT_USERS = ['open-deployment.ts', 'index.ts', 'local.ts']

/**
 * The modules of protocol that `packages/service/src/domain` may use: names, limits, errors, text and the types of settings,
 * but no header, XML or status.
 */
const DOMAIN_MAY_USE = [
  'client-envelope',
  'digests',
  'errors/oss-error',
  'errors/ram-error',
  'limits',
  'names',
  'operations/bucket/settings',
  'ram/limits',
  'ram/system-policies',
]

/** The one module that reads, replaces and removes the row of a current version. */
const CURRENT_ROW = { module: 'domain/objects/current.ts', access: /\bobjectRows\s*\.(?:read|set|delete)\(/ }

const IMPURE = [
  /^Date\.now$/,
  /^new Date\(\)$/,
  /^Math\.random$/,
  /^performance\./,
  /^process\./,
  /^globalThis\.process/,
  /^crypto\./,
]

/**
 * Violations of the rules, as `path:line: sentence`.
 * @param {import('./sources.mjs').Source[]} sources
 * @param {(name: string) => { dependencies?: object, optionalDependencies?: object, devDependencies?: object }} readManifest  the manifest of a package; '' is the workspace's
 * @returns {string[]}
 */
export function checkLayers(sources, readManifest) {
  const exportsOfProtocol = protocolModules(sources)
  return sources.flatMap((source) => {
    const [, name, file] = source.path.match(/^packages\/([^/]+)\/src\/(.+)$/) ?? []
    if (name === undefined) return []
    const layer = LAYERS[name]
    if (layer === undefined) return [`${source.path}:1: the package ${name} has no row in tools/check/layers.mjs`]
    const place = { source, name, file, layer, manifest: readManifest(name), workspace: readManifest('') }
    const faults = source.imports.flatMap((item) => [
      ...importFaults(place, item),
      ...(name === 'server' && !source.isTest ? engineFaults(place, item) : []),
      ...(file.startsWith('domain/') && !source.isTest ? domainFaults(place, item, exportsOfProtocol) : []),
    ])
    return [...faults, ...impurities(place), ...currentRowFaults(place)]
  })
}

function currentRowFaults({ source, name, file }) {
  if (name !== 'service' || source.isTest || file === CURRENT_ROW.module) return []
  return source.text
    .split('\n')
    .flatMap((line, index) =>
      CURRENT_ROW.access.test(line)
        ? [`${source.path}:${index + 1}: only ${CURRENT_ROW.module} reads or writes the row of a current version`]
        : [],
    )
}

/** Tests of every package may import these. */
const TEST_SUPPORT = ['test/support/at-end.mjs', 'test/support/evict.mjs', 'test/support/tmpfs.mjs']

function importFaults({ source, name, file, layer, manifest, workspace }, { specifier, line }) {
  const fault = (sentence) => [`${source.path}:${line}: ${sentence}`]
  if (specifier.startsWith('.')) {
    const target = path.posix.join(path.posix.dirname(file), specifier)
    const ofTests = source.isTest || /(^|\/)testing(\/|\.ts$)/.test(file)
    if (ofTests && TEST_SUPPORT.includes(path.posix.join('packages', name, 'src', target))) return []
    return target.startsWith('..') ? fault(`${specifier} leaves the package`) : []
  }
  if (specifier.startsWith('node:') || builtinModules.includes(specifier)) {
    if (!specifier.startsWith('node:')) return fault(`write node:${specifier}`)
    const module = specifier.slice('node:'.length).split('/')[0]
    const shut = layer.without === 'all' || layer.without.includes(module)
    return shut && !source.isTest ? fault(`${name} never imports ${specifier}`) : []
  }
  const [scope, rest] = specifier.split('/')
  if (scope === '@bindery') {
    const allowed = layer.may.includes(rest) || (source.isTest && layer.testsMay.includes(rest))
    if (!allowed) return fault(`${name} may not import ${specifier}`)
  }
  const dependency = specifier.startsWith('@') ? `${scope}/${rest}` : scope
  const declared = {
    ...manifest.dependencies,
    ...manifest.optionalDependencies,
    ...manifest.peerDependencies,
    ...(source.isTest ? { ...manifest.devDependencies, ...workspace.devDependencies } : {}),
  }
  return dependency in declared ? [] : fault(`${dependency} is not declared in packages/${name}/package.json`)
}

function engineFaults({ source, file }, { specifier, line }) {
  const fault = (sentence) => [`${source.path}:${line}: ${sentence}`]
  const folders = ENGINE_FOLDERS[specifier]
  if (folders !== undefined && !folders.some((one) => file.startsWith(one))) {
    return fault(`only ${folders.join(' and ')} may import ${specifier}`)
  }
  if (!specifier.startsWith('.')) return []
  const target = path.posix.join(path.posix.dirname(file), specifier)
  const owner = Object.values(ENGINE_FOLDERS)
    .flat()
    .find((one) => target.startsWith(one))
  if (owner === undefined || file.startsWith(owner) || DEPLOYMENT_USERS.includes(file)) return []
  return fault(`${specifier} belongs to one deployment: use the port deployment.ts`)
}

function domainFaults({ source, file }, { specifier, names, line }, exportsOfProtocol) {
  const fault = (sentence) => [`${source.path}:${line}: ${sentence}`]
  if (specifier.startsWith('.')) {
    const target = path.posix.join(path.posix.dirname(file), specifier)
    return target.startsWith('domain/') ? [] : fault(`the domain may not import ${target}`)
  }
  if (specifier !== '@bindery/protocol') return []
  if (names.length === 0) return fault('the domain imports from protocol by name')
  const foreign = names.filter((name) => !DOMAIN_MAY_USE.includes(exportsOfProtocol.get(name)))
  return foreign.flatMap((name) => fault(`the domain may not use ${name}: it belongs to the wire`))
}

/**
 * The module of protocol that each name comes from, read from its index and, for `export *`, from the module
 * itself.
 */
function protocolModules(sources) {
  const modules = new Map()
  const folder = 'packages/protocol/src'
  const index = sources.find((source) => source.path === `${folder}/index.ts`)
  for (const { specifier, names } of index?.imports ?? []) {
    const module = path.posix.normalize(specifier).replace(/\.js$/, '')
    const exported =
      names.length > 0 ? names : exportedNames(sources.find((source) => source.path === `${folder}/${module}.ts`))
    for (const name of exported) modules.set(name, module)
  }
  return modules
}

function exportedNames(source) {
  const declaration = /^export (?:abstract )?(?:async )?(?:const|function\*?|class|interface|type) (\w+)/gm
  return source === undefined ? [] : [...source.text.matchAll(declaration)].map((match) => match[1])
}

function impurities({ source, name, layer }) {
  if (!layer.pure || source.isTest) return []
  return source.expressions
    .filter(({ text }) => IMPURE.some((pattern) => pattern.test(text)))
    .map(
      ({ text, line }) =>
        `${source.path}:${line}: ${name} has no clock, randomness or environment of its own: ${text} must be passed in`,
    )
}
