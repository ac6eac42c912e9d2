import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { columnsOf, padColumns } from '../columns.js'
import { COMMAND_NAMES, COMMANDS } from '../command.js'
import { overview, pageOf } from '../help-page.js'
import { messagesIn } from '../messages.js'
import { referenceOf } from '../reference.js'
import { bindery, COMMAND } from '../testing/support.js'
import { adminPage } from './admin.js'
import { optionsPage } from './serve-options.js'

test('the overview names every command, and its page has each flag and an example, in both languages', () => {
  for (const language of ['en', 'zh'] as const) {
    const messages = messagesIn(language)
    for (const name of COMMAND_NAMES) {
      assert.ok(overview(messages).includes(`\n  ${name} `), name)
      const page = pageOf(name, language)
      for (const flag of COMMANDS[name].flags)
        assert.match(page, new RegExp(`^  --${flag}\\b.*(?:  |\\n {8,})\\S`, 'm'))
      for (const example of COMMANDS[name].examples) assert.ok(page.includes(`  ${example}\n`), example)
    }
  }
})

test('each README names every command, and links every guide for users in its language', () => {
  const root = new URL('../../../../', import.meta.url)
  const forContributors = /^(?:add-an|measure|reproduce)/
  const guides = readdirSync(new URL('docs/guides/', root)).filter((name) => !forContributors.test(name))
  for (const [readme, isOwn] of [
    ['README.md', (name: string) => /^[\w-]+\.md$/.test(name)],
    ['README.zh-CN.md', (name: string) => name.endsWith('.zh-CN.md')],
  ] as const) {
    const page = readFileSync(new URL(readme, root), 'utf8')
    const row = page.split('\n').find((line) => /^\| .*`bindery`/.test(line)) ?? ''
    for (const name of COMMAND_NAMES.filter((other) => other !== 'help' && other !== 'version'))
      assert.match(row, new RegExp(`[ [、：]${name}[\\]、,，]`), `${readme}: ${name}`)
    for (const guide of guides.filter(isOwn)) assert.ok(page.includes(`(docs/guides/${guide})`), `${readme}: ${guide}`)
  }
})

test('the pages of both languages state as much', () => {
  for (const name of COMMAND_NAMES) {
    const [english, chinese] = (['en', 'zh'] as const).map((language) => referenceOf(name, language))
    assert.equal(chinese?.details.length, english?.details.length, name)
  }
})

test('help pages fit the columns of a terminal, in both languages, except for examples', async () => {
  const pages = { serve: optionsPage, admin: adminPage }
  for (const language of ['en', 'zh'] as const) {
    const texts = [
      overview(messagesIn(language), 80),
      ...COMMAND_NAMES.map((name) => pageOf(name, language, 80).replace(/\n(?:Examples:|示例：)[\s\S]*/, '')),
      ...(await Promise.all(Object.values(pages).map((page) => page(language, 80)))),
    ]
    for (const line of texts.join('\n').split('\n'))
      assert.ok(columnsOf(line) <= 80 || !line.trim().includes(' '), line)
  }
})

test('help is printed for --help anywhere, for help COMMAND, and without arguments', async () => {
  const page = await bindery('fsck', '--help')
  assert.equal(page.code, 0)
  assert.match(page.output, /^bindery fsck \[DIR\]/)
  assert.deepEqual(await bindery('help', 'fsck'), page)
  assert.deepEqual(await bindery('fsck', '/nowhere', '-h'), page)
  assert.deepEqual(await bindery(), await bindery('help'))
})

test('a misspelt command is refused with the right one', async () => {
  for (const args of [['serv'], ['help', 'serv']]) {
    assert.deepEqual(await bindery(...args), {
      code: 1,
      output: 'bindery: unknown command serv. Did you mean serve?\n',
    })
  }
})

test('a name that other servers have for a command is refused with the one here', async () => {
  assert.match((await bindery('start')).output, /unknown command start\. Did you mean serve\?/)
})

test('wrong arguments of any command are exit code 1 and name what is wrong', async () => {
  const cases: [args: string[], message: RegExp][] = [
    [['serve', '--prot', '1'], /unknown flag --prot\. Did you mean --port\?/],
    [['serve', 'a', 'b'], /unexpected argument b/],
    [['serve', '--memory', '1MiB'], /--memory cannot be "1MiB"\. Expected: a size such as .*, from 4MiB to 1TiB/],
    [['serve', '--memory', '2TiB'], /--memory cannot be "2TiB"\. Expected: a size such as .*, from 4MiB to 1TiB/],
    [['serve', '--strict-oss', 'yes'], /--strict-oss takes no value, but is followed by "yes".*write \.\/yes/],
    [['fsck', '--bytes=1'], /--bytes takes no value/],
    [['fsck', '--byte'], /unknown flag --byte\. Did you mean --bytes\?/],
    [['backup'], /backup needs DIR/],
    [['restore', 'a'], /restore needs DIR/],
    [['version', 'x'], /unexpected argument x\. See: bindery help version/],
    [['cp', 'a', 'oss://b', '--something'], /unknown flag --something\. See: bindery help cp/],
  ]
  for (const [args, message] of cases) {
    const { code, output } = await bindery(...args)
    assert.match(output, message)
    assert.equal(code, 1, args.join(' '))
  }
})

test('texts are aligned by the columns of a terminal', () => {
  assert.equal(columnsOf('数据目录'), 8)
  assert.equal(padColumns('数据', 6), '数据  ')
  assert.equal(padColumns('Data', 6), 'Data  ')
})

test('a command whose output is not read any more ends quietly', async () => {
  for (const args of [['help', 'cp'], ['connect'], ['version', '--json']]) {
    const child = spawn(process.execPath, [COMMAND, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.destroy()
    const [[code], complaint] = await Promise.all([once(child, 'exit'), text(child.stderr)])
    assert.deepEqual([code, complaint], [5, ''], args.join(' '))
  }
})
