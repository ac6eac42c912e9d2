import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { checkCycles } from './cycles.mjs'
import { checkDocComments } from './doc-comments.mjs'
import { checkEnglish } from './english.mjs'
import { checkInvariants } from './invariants.mjs'
import { checkLayers } from './layers.mjs'
import { checkDecisions, checkGlossary, checkLabels, checkPackages, checkTour } from './pages.mjs'
import { checkLinks, checkPromises } from './prose.mjs'
import { checkSizes } from './sizes.mjs'
import { readSources } from './sources.mjs'
import { checkWireNames, EXCEPTIONS, readWireNames } from './wire-names.mjs'

const folder = mkdtempSync(path.join(tmpdir(), 'bindery-check-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** The sources of a temporary repository with these files, parsed. */
function sourcesOf(name, files) {
  for (const [file, text] of Object.entries(files)) {
    const target = path.join(folder, name, file)
    mkdirSync(path.dirname(target), { recursive: true })
    writeFileSync(target, text)
  }
  return readSources(path.join(folder, name))
}

const manifest = (name) =>
  name === ''
    ? { devDependencies: { 'fast-check': '4' } }
    : {
        dependencies: { saxes: '6', '@bindery/protocol': '0', '@bindery/storage': '0' },
        devDependencies: { '@bindery/digest': '0' },
      }

/** The violations of one file, without their positions. */
function layerFaults(file, text, others = {}) {
  const sources = sourcesOf(file.replaceAll('/', '-'), { [file]: text, ...others })
  return checkLayers(sources, manifest).map((fault) => fault.replace(/^[^ ]+ /, ''))
}

test('a package may import what its row allows and its manifest declares', () => {
  const text =
    "import { a } from '@bindery/storage'\nimport { b } from 'saxes'\nimport { c } from './c.js'\nimport { d } from 'node:buffer'\n"
  assert.deepEqual(layerFaults('packages/service/src/fine.ts', text), [])
})

test('every form of importing a package that the row does not allow is rejected', () => {
  const forbidden = [
    'service may not import @bindery/server',
    '@bindery/server is not declared in packages/service/package.json',
  ]
  for (const [index, text] of [
    "import { a } from '@bindery/server'",
    "import type { A } from '@bindery/server'",
    "export { a } from '@bindery/server'",
    "export * from '@bindery/server'",
    "const a = await import('@bindery/server')\nexport { a }",
    "export type A = import('@bindery/server').A",
  ].entries()) {
    assert.equal(layerFaults(`packages/service/src/way-${index}.ts`, text)[0], forbidden[0], text)
  }
})

test('an engine is imported only by its deployment, which the rest of the server reaches through the port', () => {
  const engine = "import { a } from '@bindery/storage-local'"
  assert.ok(
    layerFaults('packages/server/src/start.ts', engine).includes(
      'only folder/ and gateway/ may import @bindery/storage-local',
    ),
  )
  assert.ok(!layerFaults('packages/server/src/folder/start.ts', engine).some((fault) => fault.startsWith('only')))
  assert.deepEqual(layerFaults('packages/server/src/http/lock.ts', "import { a } from '../folder/lock.js'"), [
    '../folder/lock.js belongs to one deployment: use the port deployment.ts',
  ])
  assert.deepEqual(layerFaults('packages/server/src/open-deployment.ts', "import { a } from './folder/lock.js'"), [])
})

test('a relative import never leaves its package, and a dependency must be declared', () => {
  assert.deepEqual(layerFaults('packages/cli/src/leaves.ts', "import { a } from '../../server/src/a.js'"), [
    '../../server/src/a.js leaves the package',
  ])
  assert.deepEqual(layerFaults('packages/cli/src/undeclared.ts', "import { a } from 'lodash'"), [
    'lodash is not declared in packages/cli/package.json',
  ])
})

test('tests may import what the workspace installs for them, and built-in modules', () => {
  const text = "import { a } from 'fast-check'\nimport { test } from 'node:test'\nimport { b } from '@bindery/digest'"
  assert.deepEqual(layerFaults('packages/service/src/some.test.ts', text), [])
  assert.equal(layerFaults('packages/service/src/some.ts', text).length, 2)
})

test('protocol imports no built-in module, and service none that reaches the system', () => {
  assert.deepEqual(layerFaults('packages/protocol/src/a.ts', "import { a } from 'node:buffer'"), [
    'protocol never imports node:buffer',
  ])
  assert.deepEqual(layerFaults('packages/service/src/b.ts', "import { a } from 'node:fs/promises'"), [
    'service never imports node:fs/promises',
  ])
  assert.deepEqual(layerFaults('packages/server/src/c.ts', "import { a } from 'fs'"), ['write node:fs'])
})

test('protocol and service have no clock, randomness or environment of their own', () => {
  const text =
    'export const a = [Date.now(), new Date(), Math.random(), process.env]\nexport const b = new Date(5)\n// Date.now()\n'
  const found = layerFaults('packages/service/src/impure.ts', text).map((sentence) => sentence.split(': ')[1])
  assert.deepEqual(found, [
    'Date.now must be passed in',
    'new Date() must be passed in',
    'Math.random must be passed in',
    'process.env must be passed in',
  ])
  assert.deepEqual(layerFaults('packages/server/src/impure.ts', text), [])
})

test('the domain uses names and errors of protocol but nothing of the wire', () => {
  const protocol = {
    'packages/protocol/src/index.ts': "export * from './xml.js'\nexport { OssError } from './errors/oss-error.js'\n",
    'packages/protocol/src/xml.ts': 'export function readXml() {}\n',
  }
  const text =
    "import { OssError, readXml } from '@bindery/protocol'\nimport { a } from '../router.js'\nimport { b } from './b.js'\n"
  assert.deepEqual(layerFaults('packages/service/src/domain/a.ts', text, protocol), [
    'the domain may not use readXml: it belongs to the wire',
    'the domain may not import router.js',
  ])
  assert.deepEqual(layerFaults('packages/service/src/access/other.ts', text, protocol), [])
})

const names = await readWireNames(fileURLToPath(new URL('../..', import.meta.url)))

/** What is found in one file of the service, without its place. */
function wireFaults(file, text, exceptions = []) {
  const sources = sourcesOf(`wire-${file.replaceAll('/', '-')}`, { [`packages/service/src/${file}`]: text })
  return checkWireNames(sources, names, exceptions).map((fault) => fault.match(/: “?(.+?)”? is /)?.[1] ?? fault)
}

test('a name of the wire is found in the domain and in handlers, in whatever form it is written', () => {
  const text = [
    "export const a = { Header: 'x-oss-process', 'Content-MD5': 1, bucket: 'Accept-Encoding' }",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what is found
    'export const b = (name) => [`x-amz-meta-${name}`, `max-keys`, /^x-oss-meta-/]',
    "export type C = 'DeleteMarker' | 'NoSuchKey' | 's3' | 'cek-alg' | 'client-side-encryption-'",
  ].join('\n')
  const found = [
    'Header',
    'x-oss-process',
    'Content-MD5',
    'Accept-Encoding',
    'x-amz-meta-',
    'max-keys',
    '/^x-oss-meta-/',
  ]
  for (const file of ['domain/uploads/a.ts', 'operations/object/a.ts', 'form/a.ts', 'access/a.ts']) {
    assert.deepEqual(
      wireFaults(file, text),
      [...found, 'DeleteMarker', 'NoSuchKey', 's3', 'cek-alg', 'client-side-encryption-'],
      file,
    )
  }
})

test('names of the code, values of settings, operations, tests and other rooms are not names of the wire', () => {
  const text = "export const a = [{ uploadId: 'partNumber', versionId: 'Enabled' }, 'ListParts', 'etag', 'cors']"
  assert.deepEqual(wireFaults('domain/a.ts', text), [])
  for (const file of ['domain/a.test.ts', 'domain/testing.ts', 'access/testing/world.ts', 'response/a.ts']) {
    assert.deepEqual(wireFaults(file, "export const a = 'x-oss-process'"), [], file)
  }
})

test('the domain reads no status of a failure, and a handler asks for no protocol', () => {
  const text = 'export const a = [error.row.status, call.exchange.dialect]\nexport const b = ({ row }: OssError) => row'
  assert.deepEqual(wireFaults('operations/reads.ts', text), ['.row.status', 'exchange.dialect', 'row }: OssError'])
  assert.deepEqual(wireFaults('form/reads.ts', 'export const a = exchange.dialect'), [])
})

test('an exception has a reason, and one that is not needed is found', () => {
  assert.ok(EXCEPTIONS.every(({ why }) => why.length > 0))
  const stored = { path: 'domain/model.ts', names: ['s3'], why: 'it is stored' }
  const text = "export const a = ['s3', 'oss']"
  assert.deepEqual(wireFaults('domain/model.ts', text, [stored]), ['oss'])
  assert.deepEqual(wireFaults('domain/other.ts', '', [stored]), [
    'tools/check/wire-names.mjs:1: domain/model.ts needs no exception',
  ])
})

test('a package without a row is rejected', () => {
  assert.deepEqual(layerFaults('packages/extra/src/a.ts', ''), [
    'the package extra has no row in tools/check/layers.mjs',
  ])
})

test('two files may import each other, three may not, and imports of types count', () => {
  const file = (name, imported) => ({ [`packages/cli/src/${name}.ts`]: `import type { A } from './${imported}.js'\n` })
  const pair = sourcesOf('pair', { ...file('a', 'b'), ...file('b', 'a'), ...file('c', 'a') })
  assert.deepEqual(checkCycles(pair), [])
  const ring = sourcesOf('ring', { ...file('a', 'b'), ...file('b', 'c'), ...file('c', 'a'), ...file('d', 'a') })
  assert.deepEqual(checkCycles(ring), ['packages/cli/src/a.ts:1: 3 files import each other: a.ts, b.ts, c.ts'])
})

test('a function counts its own lines without those of nested functions', () => {
  const inner = `  const inner = () => {\n${'    inner()\n'.repeat(60)}  }\n`
  const long = `export function outer() {\n${'  outer()\n'.repeat(69)}}\n`
  const sources = sourcesOf('functions', {
    'packages/cli/src/nested.ts': `export function outer() {\n${inner}${inner}}\n`,
    'packages/cli/src/long.ts': long,
    'packages/cli/src/exempt.ts': `// A table.\n// size: exempt (a table)\n${long}`,
  })
  assert.deepEqual(checkSizes(sources), ['packages/cli/src/long.ts:1: outer has 71 lines; the most is 70'])
})

test('a file of more than 400 lines is too long', () => {
  const sources = sourcesOf('files', {
    'tools/long.mjs': '\n'.repeat(400).concat('export {}\n'),
    'tools/short.mjs': '\n'.repeat(399),
  })
  assert.deepEqual(checkSizes(sources), ['tools/long.mjs:1: 401 lines; the most is 400'])
})

test('every export of a package has a doc comment, once per name', () => {
  const sources = sourcesOf('documented', {
    'packages/bytes/src/fine.ts':
      '/** A. */\nexport const a = 1\n/** B. */\n// size: exempt (b)\nexport function b(x: string): void\nexport function b() {}\n/** C. */\nexport type C = 1\nexport const C = 1\nconst d = 1\nexport { e } from "./e.js"\n',
    'packages/bytes/src/bare.ts':
      '/** The file. */\nimport "./fine.js"\n\n// not a doc comment\nexport const a = 1\nexport async function b() {}\nexport class C {}\nexport type D = 1\nexport interface E {}\n/** F. */\n\nexport default {}\n',
    'packages/bytes/src/bare.test.ts': 'export const a = 1\n',
    'tools/bare.mjs': 'export const a = 1\n',
  })
  assert.deepEqual(checkDocComments(sources), [
    'packages/bytes/src/bare.ts:5: a has no doc comment',
    'packages/bytes/src/bare.ts:6: b has no doc comment',
    'packages/bytes/src/bare.ts:7: C has no doc comment',
    'packages/bytes/src/bare.ts:8: D has no doc comment',
    'packages/bytes/src/bare.ts:9: E has no doc comment',
  ])
})

test('a declaration that carries its text needs no doc comment, and only where a page is made of it', () => {
  const text = "export const a = operation({ summary: 'A' })\nexport const b = other({})\n"
  const sources = sourcesOf('declared', {
    'packages/protocol/src/operations/a.ts': text,
    'packages/bytes/src/a.ts': text,
  })
  assert.deepEqual(checkDocComments(sources), [
    'packages/bytes/src/a.ts:1: a has no doc comment',
    'packages/bytes/src/a.ts:2: b has no doc comment',
    'packages/protocol/src/operations/a.ts:2: b has no doc comment',
  ])
})

test('an invariant names an existing test', () => {
  const files = { 'a.test.ts': "test('a part that comes too late is refused')" }
  const check = (row) => checkInvariants(row, (file) => files[file])
  assert.deepEqual(check('| U2 | A race has one order | `a.test.ts` “a part that comes too late is refused” |'), [])
  assert.deepEqual(check('| **U2** | A race has one order | by care |'), ['ARCHITECTURE.md:1: U2 names no test file'])
  assert.deepEqual(check('| U2 | A race | `b.test.ts` |'), [
    'ARCHITECTURE.md:1: U2 names b.test.ts, which does not exist',
  ])
  assert.deepEqual(check('| U2 | A race | `a.test.ts` “nothing is lost” |'), [
    'ARCHITECTURE.md:1: no test of U2 is called “nothing is lost”',
  ])
  assert.deepEqual(check('no table'), ['ARCHITECTURE.md:1: it lists no invariant'])
  assert.deepEqual(
    checkInvariants('| S1 | a threat | nothing |', () => undefined, 'docs/security.md'),
    ['docs/security.md:1: S1 names no test file'],
  )
})

test('markers of unfinished work are found', () => {
  const mark = ['TO', 'DO'].join('') // or this file would be found itself
  assert.deepEqual(checkPromises([{ path: 'a.ts', text: `// ${mark}: later\nconst todos = 1\n` }]), [
    `a.ts:1: ${mark}: finish the work, or document what is missing where users read it`,
  ])
})

test('a link between pages has a target', () => {
  const text = 'See [a](./a.md#x), [b](../b.md), [c](https://example.com), [d](#here) and `[e](e.md)`.\n'
  assert.deepEqual(
    checkLinks([{ path: 'docs/page.md', text }], (target) => target === 'docs/a.md'),
    ['docs/page.md:1: it links to b.md, which does not exist'],
  )
})

test('a decision has a status and a line in the index', () => {
  const index = { path: 'docs/decisions/README.md', text: '| [0001](0001-a.md) | A | Accepted |\n' }
  const record = (name, status) => ({ path: `docs/decisions/${name}`, text: `# A\n\n${status}\n` })
  assert.deepEqual(checkDecisions([index, record('0001-a.md', '**Status.** Accepted.')]), [])
  assert.deepEqual(checkDecisions([index, record('0001-a.md', 'Accepted.')]), [
    'docs/decisions/0001-a.md:3: it has no line that begins with **Status.** Accepted or Superseded',
  ])
  assert.deepEqual(checkDecisions([index, record('0002-b.md', '**Status.** Superseded by 0001.')]), [
    'docs/decisions/0002-b.md:1: docs/decisions/README.md omits it',
  ])
})

test('the index of decisions has each in the block of its number, and names what amends it', () => {
  const text =
    '## 0001–0099 A\n| [0001](a.md) | A | Amended by 0100 |\n| [0105](b.md) | B | Accepted |\n## 0100–0199 B\n| [0100](c.md) | C | Amended |\n'
  assert.deepEqual(checkDecisions([{ path: 'docs/decisions/README.md', text }]), [
    'docs/decisions/README.md:3: 0105 is in the block 0001–0099',
    'docs/decisions/README.md:5: the status of 0100 names no record',
  ])
})

test('a package has a description and a README of 10 to 20 lines that names its folders', () => {
  const files = {
    'packages/a/package.json': '{"description":"A"}',
    'packages/a/README.md': '# a\n- `src/one/`\n'.repeat(5),
    'packages/b/package.json': '{}',
    'packages/b/README.md': '# b\n'.repeat(21),
  }
  assert.deepEqual(
    checkPackages(
      ['a', 'b'],
      (file) => files[file],
      (name) => (name === 'a' ? ['one', 'testing', 'two'] : []),
    ),
    [
      'packages/a/README.md:1: it does not mention src/two',
      'packages/b/package.json:1: it has no description',
      'packages/b/README.md:1: 21 lines; it should have 10 to 20',
    ],
  )
})

test('a code name in the glossary occurs in the sources', () => {
  const text = '| blob | `BlobId`, `pack*.ts`, space `w` | Bytes. |\n| cause | `Cause` | A row. |\n'
  assert.deepEqual(checkGlossary({ path: 'docs/glossary.md', text }, [{ text: 'type BlobId = string' }]), [
    'docs/glossary.md:2: no source contains `Cause`',
  ])
})

test('phrases that slow readers down are found, and plain ones are not', () => {
  const phrases = (line) => checkEnglish([{ path: 'a.ts', text: line }]).map((fault) => fault.match(/“([^”]+)”/)?.[1])
  assert.deepEqual(phrases('// Of a part, one row a cause, and whoever asks.'), [
    'one row a cause',
    'whoever',
    '// Of',
    'asks',
  ])
  assert.deepEqual(phrases('/** What nobody needs, save for a test. */'), ['nobody', '/** What', 'save for'])
  assert.deepEqual(phrases('// The user who signed it sends one request a second. Of course it exists.'), [])
  assert.deepEqual(checkEnglish([{ path: 'a.ts', text: 'x\n// is none' }]), [
    'a.ts:2: “is none”: write “is not”, “do not exist”',
  ])
})

test('verbs of speech are for people; code may use them as names', () => {
  const faults = (line, path = 'a.ts') =>
    checkEnglish([{ path, text: line }]).map((fault) => fault.match(/“([^”]+)”/)?.[1])
  assert.deepEqual(faults('// the header says so, when a reader asks for it'), ['says', 'asks'])
  assert.deepEqual(faults("test('what the page says', () => {})"), ['says'])
  assert.deepEqual(faults('It says `ask`.', 'docs/a.md'), ['says'])
  assert.deepEqual(faults('// the owner may ask for it, and developers often say so'), [])
  assert.deepEqual(faults("const ask = says('asked') // fine"), [])
  assert.deepEqual(faults('the command is `say`', 'docs/a.md'), [])
  assert.deepEqual(faults('// anew, otherwise than before, of whom it is known'), ['otherwise than', 'of whom', 'anew'])
  assert.deepEqual(faults('// it is no digest, though there is no longer one'), ['is no digest'])
})

test('a label that the guide of the console names in italics is one of its texts', () => {
  const guide = { path: 'docs/guides/console.md', text: '**Bold**\n*Empty* deletes, *Clear* does not.\n' }
  assert.deepEqual(checkLabels(guide, "empty: 'Empty',"), ['docs/guides/console.md:2: the console has no text “Clear”'])
})

test('a function that the tour names is defined in its file', () => {
  const files = {
    'packages/a/src/a.ts':
      'export async function read() {}\nclass A {\n  async #next(): void {}\n  run = this.#next()\n}\n',
  }
  const faults = (text) => checkTour({ path: 'docs/tour.md', text }, (file) => files[file])
  assert.deepEqual(faults('1. `a/src/a.ts:read` and `a/src/a.ts:#next`'), [])
  assert.deepEqual(faults('`a/src/a.ts:rea`, `b.ts:read`'), [
    'docs/tour.md:1: a/src/a.ts does not define rea',
    'docs/tour.md:1: b.ts does not exist',
  ])
})

test('each function of the tour is named in the file of one before it, or reached through a method that is', () => {
  const files = {
    'packages/a.ts': 'export function first() {\n  second()\n  store.write()\n}\n',
    'packages/b.ts': 'export function second() {}\nexport function third() {}\n',
  }
  const faults = (text) => checkTour({ path: 'docs/tour.md', text }, (file) => files[file])
  assert.deepEqual(faults('`a.ts:first`, `b.ts:second`, through `write` `b.ts:third`'), [])
  assert.deepEqual(faults('`a.ts:first`\n`b.ts:third`'), [
    'docs/tour.md:2: no file before it in this section names third',
  ])
  assert.deepEqual(faults('`a.ts:first`\nthrough `read` `b.ts:third`'), [
    'docs/tour.md:2: no file before it in this section names read',
  ])
  assert.deepEqual(faults('## One\n`a.ts:first`\n## Two\n`b.ts:third`'), [])
})
