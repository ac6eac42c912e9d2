import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { COMMAND_NAMES, COMMANDS, type CommandName } from '../command.js'
import { pageIn } from './help.js'

/** A file of tests below the root of the repository, and the name of one of them. */
type Named = readonly [file: string, name: string]

const own = (file: string, name: string): Named => [`packages/cli/src/commands/${file}.test.ts`, name]

/** A test of each command against a running server, or, for those without one, on what a server has left. */
const TESTS: Readonly<Record<CommandName, Named>> = {
  serve: own(
    'serve',
    'signals at any moment of a stop, to the process and to its group, change neither its exit code nor its log',
  ),
  connect: own(
    'connect',
    'a snippet has the address, region and key of the server that uses the folder, and the requested bucket',
  ),
  env: own('env', 'the variables that a shell takes over are those of the running server, and replace older ones'),
  health: own('health', 'health finds the server of a folder or at an address, and fails without one'),
  doctor: own(
    'doctor',
    'doctor checks address, disk, clock, both signatures, addressing and the CORS rules of a bucket',
  ),
  fsck: own('fsck', 'a folder of a killed server has no problems'),
  backup: own(
    'copy',
    'a folder restored from a backup of a running server holds everything acknowledged before the backup began',
  ),
  migrate: ['test/cluster/migrate.test.mjs', 'everything moves to a cluster and back, while servers go on serving'],
  upgrade: own('upgrade', 'a folder of this format is accepted, also while a server uses it, and nothing is changed'),
  keys: own('keys', 'an object is legible nowhere on the disk, and readable after a rotation and a restart'),
  mb: own('objects', 'a bucket is created, listed, described and deleted'),
  rb: own('make', 'rb --force deletes a bucket with its objects, versions and parts, and without it only an empty one'),
  ls: own('selection', 'ls lists what its flags name'),
  stat: own('objects', 'a bucket is created, listed, described and deleted'),
  cat: own('objects', 'cat writes a range, and the whole of a large object'),
  rm: own('options', 'one version is downloaded and deleted by its id, and all of them with --all-versions'),
  cp: own('cp', 'a file goes up, is copied on the server, and comes down unchanged'),
  mv: own('inspect', 'mv deletes a source after its target is complete, and keeps what it skips'),
  sync: own(
    'sync',
    'a folder is uploaded once, then only what has changed, and what is gone is deleted only with --delete',
  ),
  mirror: own('mirror', 'a mirror that watches a folder follows its changes until a signal'),
  put: own('mirror', 'standard input becomes an object, and touch makes one or changes its time alone'),
  touch: own('mirror', 'standard input becomes an object, and touch makes one or changes its time alone'),
  du: own('inspect', 'du sums by folder and class, and shows what incomplete uploads hold'),
  tree: own('inspect', 'tree shows folders within folders to a depth, and sums all of it'),
  find: own('inspect', 'find prints what filters take, in any form, on a server and on this machine'),
  diff: own('inspect', 'diff finds what is missing and what has other bytes, and is exit code 6 then'),
  hash: own('inspect', 'hash prints checksums, and compares a file with an object without reading the object'),
  mkdir: own('make', 'mkdir makes an object that ends with a slash'),
  append: own('make', 'append makes an object and lengthens it, from files and from standard input'),
  symlink: own('make', 'symlink makes an object through which another one is read'),
  'set-props': own('properties', 'set-props changes what it names, keeps the rest, and goes over a prefix'),
  tag: own('properties', 'tags of objects and buckets are printed, replaced, extended and deleted'),
  mpu: own('mpu', 'an upload that another program began is resumed with the parts that are missing, in any order'),
  restore: own('properties', 'restore requests that archived objects become readable, and refuses others'),
  bucket: own('bucket', 'documents of a bucket are set as XML or JSON, read in the same form, and deleted'),
  presign: own('properties', 'presign --upload prints a script that uploads a file in parts without a key'),
  admin: own('admin', 'a user is created with a key and a policy, from the command line'),
  api: own('api', 'an operation is called by name, with its fields as flags by either name, and answers JSON'),
  config: own('config', 'settings are written to a file of their owner, read back, and name the server and the key'),
  profile: own('config', 'profiles of ossutil 1 and 2 and of AWS are used, and not changed'),
  completion: own('api', 'a shell completes commands, actions, flags, operations, buckets and keys'),
  run: own('run', 'the lines of a file are run in one process, and those that fail are named'),
  probe: own('run', 'the way to a server is measured step by step, and nothing is left of it'),
  bench: own('api', 'bench measures, and leaves nothing'),
  help: own('help', 'help is printed for --help anywhere, for help COMMAND, and without arguments'),
  version: own('../start-up', 'help and the version load neither a server nor the client library'),
}

test('every command has a help page in both languages, an example, and a test against a running server', async () => {
  for (const name of COMMAND_NAMES) {
    const [english, chinese] = [await pageIn('en', name), await pageIn('zh', name)]
    assert.match(chinese, /\p{Script=Han}{4}/u, name)
    assert.doesNotMatch(english, /\p{Script=Han}/u, name)
    assert.ok(COMMANDS[name].examples.length > 0, name)
    for (const page of [english, chinese])
      assert.match(page, new RegExp(`^ +bindery ${name}\\b|^bindery ${name}\\b`, 'm'))
    const [file, title] = TESTS[name]
    const text = await readFile(new URL(`../../../../${file}`, import.meta.url), 'utf8')
    assert.ok(text.includes(`test('${title}'`), `${name}: no test in ${file} is named “${title}”`)
  }
})
