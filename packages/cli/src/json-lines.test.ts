import assert from 'node:assert/strict'
import { appendFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { COMMAND_NAMES, COMMANDS, type Command, type CommandName } from './command.js'
import { FAILURE_LINE, hasForm, JSON_LINES } from './json-lines.js'
import { startShared } from './testing/shared.js'
import { linesOf } from './testing/support.js'

const { client, folder, server, bindery, newFile } = await startShared()

/** Commands that have no output as lines of JSON while others run, or that do not end; they have tests of their own. */
const APART: ReadonlySet<CommandName> = new Set(['serve', 'put', 'run', 'cat', 'completion', 'fsck', 'migrate'])

/** The lines of several commands that run one after the other, in one process. */
async function printed(lines: readonly string[]): Promise<readonly (readonly Record<string, unknown>[])[]> {
  // between two commands the version marks an end
  const { stdout, stderr } = await bindery(
    ['run', '-', '--jobs', '1', '--json'],
    lines.map((line) => `${line}\nversion\n`).join(''),
  )
  const groups: Record<string, unknown>[][] = [[]]
  for (const line of linesOf(stdout)) {
    if (line.version !== undefined) groups.push([])
    else groups.at(-1)?.push(line)
  }
  assert.equal(groups.length, lines.length + 1, stderr)
  return groups
}

/** The lines that have none of the forms of their command. */
function unknown(command: CommandName, lines: readonly Record<string, unknown>[]): string[] {
  const forms = [...JSON_LINES[command], FAILURE_LINE, 't=failed line:number command:text exit:number']
  const others = lines.filter((line) => !forms.some((form) => hasForm(line, form)))
  return others.map((line) => `${command}: ${JSON.stringify(line)}`)
}

interface Names {
  readonly tree: string
  readonly uploadId: string
  readonly data: string
  readonly copies: string
}

/** A line for each form of output; they build on one another. */
function linesFor({ tree, uploadId, data, copies }: Names): readonly string[] {
  return [
    'mb oss://lines',
    `cp -r ${tree} oss://lines/tree/ --part-size 1m --bigfile-threshold 1m`,
    `cp -r ${tree} oss://lines/tree/ --no-overwrite`,
    `cp -r ${tree} oss://lines/tree/ --dry-run`,
    'cp oss://lines/none ./x',
    `mv ${tree}/a oss://lines/moved`,
    `sync ${tree} oss://lines/tree/ --delete --dry-run`,
    `sync ${tree} oss://lines/tree/ --delete`,
    `mirror ${tree} oss://lines/tree/`,
    'ls',
    'ls oss://lines',
    'ls oss://lines --versions -r',
    'ls oss://lines -r',
    'ls oss://demo --mpu',
    'stat oss://lines',
    'stat oss://demo/kept/a',
    'stat oss://demo/none',
    'touch oss://lines/touched',
    'touch oss://lines/never --no-create',
    'du oss://lines --mpu',
    'tree oss://lines',
    'find oss://lines',
    `find ${tree}`,
    `diff ${tree} oss://demo/kept/`,
    `hash ${tree}/large`,
    `hash ${tree}/large oss://lines/tree/large`,
    'mkdir oss://lines/folder/',
    `append ${tree}/inner/b oss://lines/appended`,
    'symlink oss://lines/touched oss://lines/link',
    'set-props oss://lines/touched --acl private',
    'tag oss://lines/touched a=1',
    'restore oss://demo/archived/a',
    'presign oss://lines/touched',
    `presign oss://lines/signed --upload ${tree}/large`,
    'mpu ls oss://demo',
    `mpu parts oss://demo/open ${uploadId}`,
    `mpu map oss://demo/open ${uploadId}`,
    'mpu du oss://demo',
    'mpu gc oss://demo --older-than 1s --dry-run',
    `mpu resume oss://demo/open ${uploadId} ${tree}/large`,
    'bucket',
    'bucket acl get oss://lines',
    'bucket acl set oss://lines private',
    'bucket cors rm oss://lines',
    'api',
    'api get-bucket-acl --bucket lines',
    'admin user list',
    'config set endpoint http://127.0.0.1:1 --profile other',
    'config get --profile other',
    'config get endpoint --profile other',
    'config explain',
    'profile ls',
    'profile show other',
    `connect python ${data}`,
    `env ${data}`,
    `health ${data}`,
    `doctor ${data}`,
    `upgrade ${data} --check`,
    `backup ${data} ${copies}`,
    'probe oss://lines --size 1m',
    'bench oss://lines --size 1m --objects 3',
    'help cp',
    'rm oss://lines/touched',
    'rm oss://lines/ -r --dry-run',
    'rm oss://lines/ -r --yes',
    'rb oss://lines --force',
  ]
}

test('every line of JSON that a command prints has a form that the reference describes', async () => {
  for (const name of ['a', 'inner/b']) await newFile(`tree/${name}`, name)
  await appendFile(path.join(folder, 'tree', 'large'), Buffer.alloc(3_000_000))
  await client.put('kept/a', 'a', { meta: { owner: 'me' } })
  await client.put('archived/a', 'a', { storageClass: 'Archive' })
  const { uploadId } = await client.multipart.initiate({ bucket: 'demo', key: 'open' })
  const tree = path.join(folder, 'tree')
  const lines = linesFor({ tree, uploadId, data: server.folder, copies: path.join(folder, 'kept-copy') })
  const seen = new Set<string>(APART)
  const others: string[] = []
  for (const [index, group] of (await printed(lines)).entries()) {
    const command = (lines[index] ?? 'run').split(' ')[0] as CommandName
    seen.add(command)
    if (group.length > 0) seen.add(`${command} printed`)
    others.push(...unknown(command, group))
  }
  assert.deepEqual(others, [])
  for (const name of COMMAND_NAMES) {
    const { flags }: Command = COMMANDS[name]
    if (!flags.includes('json') || APART.has(name) || name === 'version' || name === 'keys') continue
    assert.ok(seen.has(`${name} printed`), `${name} printed nothing`)
  }
})

test('a line of standard input, of an object on the terminal, and of a failure, has its form', async () => {
  const put = await bindery(['put', 'oss://demo/put', '--json'], 'x'.repeat(100))
  assert.deepEqual(unknown('put', linesOf(put.stdout)), [])
  const { stderr } = await bindery(['cat', 'oss://demo/put', '--json'])
  assert.deepEqual(unknown('cat', linesOf(stderr)), [])
  const failed = await bindery(['ls', '--nonsense', '--json'])
  assert.ok(hasForm(linesOf(failed.stdout)[0] ?? {}, FAILURE_LINE))
})

test('a form refuses a field that is missing, unknown, or of another type', () => {
  const form = 't=done key:text size:number at?:time'
  assert.ok(hasForm({ t: 'done', key: 'a', size: 1 }, form))
  for (const line of [
    { t: 'skip', key: 'a', size: 1 },
    { t: 'done', key: 'a' },
    { t: 'done', key: 'a', size: '1' },
    { t: 'done', key: 'a', size: 1, at: 'today' },
    { t: 'done', key: 'a', size: 1, more: true },
  ]) {
    assert.ok(!hasForm(line, form), JSON.stringify(line))
    assert.ok(!hasForm({ ...line, size: undefined }, `${form} …`))
  }
})
