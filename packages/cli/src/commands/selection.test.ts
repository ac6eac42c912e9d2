import assert from 'node:assert/strict'
import { lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { newFolder } from '../../../../test/support/at-end.mjs'
import { startShared } from '../testing/shared.js'
import { linesOf, start } from '../testing/support.js'

const { client, folder, bindery, succeed, keys, newFile } = await startShared()

async function tree(name: string, files: readonly string[]): Promise<string> {
  const root = path.join(folder, name)
  for (const file of files) {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true })
    await writeFile(path.join(root, file), `content of ${file}`)
  }
  return root
}

test('a pattern selects keys within a folder with *, and across folders with **', async () => {
  for (const key of ['glob/a.gz', 'glob/b.txt', 'glob/d/c.gz', 'glob/d/e/f.gz', 'glob/star*name'])
    await client.put(key, 'x')
  const listed = async (pattern: string, ...flags: readonly string[]) =>
    (await succeed(['ls', pattern, '--format', '{key}', ...flags])).split('\n').filter((key) => key !== '')
  assert.deepEqual(await listed('oss://demo/glob/*.gz'), ['glob/a.gz'])
  assert.deepEqual(await listed('oss://demo/glob/**/*.gz'), ['glob/a.gz', 'glob/d/c.gz', 'glob/d/e/f.gz'])
  assert.deepEqual(await listed('oss://demo/g??b/?.txt'), ['glob/b.txt'])
  assert.deepEqual(await listed('oss://demo/glob/star*', '--no-glob'), ['glob/star*name'])

  const to = path.join(folder, 'globbed')
  await succeed(['cp', 'oss://demo/glob/**/*.gz', to])
  assert.deepEqual((await readdir(to)).sort(), ['a.gz', 'd'])
  assert.match(
    (await bindery(['rm', 'oss://demo/glob/*.gz'])).stderr,
    /every object that matches oss:\/\/demo\/glob\/\*\.gz.*--yes/,
  )
  await succeed(['rm', 'oss://demo/glob/*.gz', '--yes'])
  await succeed(['rm', 'oss://demo/glob/star*name', '--no-glob'])
  assert.deepEqual(await keys('glob/'), ['glob/b.txt', 'glob/d/c.gz', 'glob/d/e/f.gz'])
})

test('rm of one object refuses filters, which would not keep it', async () => {
  await client.put('one/kept', 'x')
  for (const filter of [
    ['--include', '*.log'],
    ['--min-age', '30d'],
    ['--metadata-include', 'a=b'],
  ]) {
    for (const command of [['rm'], ['--compat', 'ossutil', 'rm']]) {
      const { code, stdout, stderr } = await bindery([...command, 'oss://demo/one/kept', ...filter])
      assert.equal(code, 1, filter.join(' '))
      if (command.length === 1) assert.match(stderr, new RegExp(`rm cannot use ${filter[0]}: it needs --recursive`))
      else assert.match(stdout, /^Error: /)
    }
  }
  assert.deepEqual(await keys('one/'), ['one/kept'])
})

test('several sources go into a folder, and only names of a list where there is one', async () => {
  const root = await tree('several', ['a', 'b', 'd/c', 'left out'])
  await succeed(['cp', path.join(root, 'a'), path.join(root, 'b'), 'oss://demo/several/'])
  assert.deepEqual(await keys('several/'), ['several/a', 'several/b'])
  const refused = await bindery(['cp', path.join(root, 'a'), path.join(root, 'b'), 'oss://demo/several'])
  assert.equal(refused.code, 1)
  assert.match(refused.stderr, /it needs oss:\/\/demo\/several\//)

  const partial = await bindery(['cp', root, 'oss://demo/named/', '--files-from', '-'], 'a\nd/c\nmissing\n\n')
  assert.equal(partial.code, 4)
  assert.match(partial.stderr, /missing.*ENOENT/)
  assert.deepEqual(await keys('named/'), ['named/a', 'named/d/c'])
  const back = path.join(folder, 'named-back')
  await writeFile(path.join(folder, 'names'), 'd/c\n')
  await succeed(['cp', 'oss://demo/named/', back, '--files-from', path.join(folder, 'names')])
  assert.deepEqual(await readdir(back), ['d'])
  assert.equal((await bindery(['cp', root, 'oss://demo/named/', '--files-from', '/nowhere'])).code, 1)
})

test('an inventory lists keys in its second column, encoded as in URLs, of which those below the source are taken', async () => {
  for (const key of ['stock/a b', 'stock/d/ü', 'stock/left out', 'other/c']) await client.put(key, key)
  const rows = [
    '"demo","stock%2Fa+b","12","2026-12-01T00-00-00Z"',
    'demo,stock%2Fd%2F%C3%BC,12',
    '"demo","other%2Fc","7"',
    '',
  ]
  const list = path.join(folder, 'inventory.csv')
  await writeFile(list, rows.join('\n'))
  const flags = ['--files-from', list, '--list-format', 'inventory']
  await succeed(['cp', 'oss://demo/stock/', 'oss://demo/taken/', ...flags])
  assert.deepEqual(await keys('taken/'), ['taken/a b', 'taken/d/ü'])
  const refused = await bindery([
    'cp',
    'oss://demo/stock/',
    'oss://demo/taken/',
    '--files-from',
    list,
    '--list-format',
    'csv',
  ])
  assert.equal(refused.code, 1)
  assert.match(refused.stderr, /--list-format cannot be "csv".*plain, inventory/)
})

test('--overwrite decides about targets that exist', async () => {
  const root = await tree('overwrite', ['same', 'other'])
  await client.put('overwrite/same', 'content of same')
  await client.put('overwrite/other', 'content of OTHER')
  const done = async (when: string) => {
    const { stdout } = await bindery(['cp', '-r', root, 'oss://demo/overwrite/', '--overwrite', when, '--json'])
    const lines = linesOf(stdout)
    const names = (event: string) => lines.filter((line) => line.t === event).map(({ to }) => path.basename(String(to)))
    return { done: names('done').sort(), skipped: names('skip').sort() }
  }
  assert.deepEqual(await done('never'), { done: [], skipped: ['other', 'same'] })
  assert.deepEqual(await done('newer'), { done: [], skipped: ['other', 'same'] })
  assert.deepEqual(await done('different'), { done: ['other'], skipped: ['same'] })
  assert.deepEqual(await done('always'), { done: ['other', 'same'], skipped: [] })
  // without a terminal nothing can be confirmed
  assert.equal((await bindery(['cp', '-r', root, 'oss://demo/overwrite/', '--overwrite', 'ask'])).code, 1)
})

test('--output-query takes parts of JSON, and refuses an expression that is not valid', async () => {
  await client.put('query/a', 'xx')
  const query = ['ls', 'oss://demo/query/', '--output-query', '{name: key, bytes: size}']
  for (const yaml of [['--yaml'], ['--output-format', 'yaml']]) {
    const documents = await succeed([...query, ...yaml])
    assert.match(documents, /^(?:---\nname: query\/\w+\nbytes: \d+\n)+$/)
  }
  for (const xml of [['--xml'], ['--output-format', 'xml']]) {
    const elements = await succeed([...query, ...xml])
    assert.match(elements, /^(?:<result><name>query\/\w+<\/name><bytes>\d+<\/bytes><\/result>\n)+$/)
  }
  for (const [form, failure] of [
    ['json', /^\{"t":"error",.*"exit":2\}\n$/],
    ['yaml', /^---\nt: error\n[\s\S]*\nexit: 2\n$/],
    ['xml', /^<result><t>error<\/t>.*<exit>2<\/exit><\/result>\n$/],
  ] as const) {
    for (const flags of [[`--${form}`], ['--output-format', form], [`--output-format=${form}`]]) {
      assert.match((await bindery(['stat', 'oss://demo/missing', ...flags])).stdout, failure)
    }
  }
  const taken = await succeed(['ls', 'oss://demo/query/', '--output-query', '{name: key, bytes: size}'])
  assert.deepEqual(linesOf(taken), [{ name: 'query/a', bytes: 2 }])
  assert.equal(
    await succeed(['api', 'get-bucket-acl', '--bucket', 'demo', '--output-query', 'body.accessControlList.grant']),
    '"private"\n',
  )
  const refused = await bindery(['ls', 'oss://demo', '--output-query', '[key'])
  assert.equal(refused.code, 1)
  assert.match(refused.stderr, /--output-query cannot be "\[key"/)
})

test('--format makes lines of what JSON shows, and reports that nothing has its names', async () => {
  await client.put('format/a', 'xx', { meta: { owner: 'me' } })
  const format = (template: string) => bindery(['stat', 'oss://demo/format/a', '--format', template])
  assert.equal((await format('{key}\\t{size}\\t{meta.owner}')).stdout, 'format/a\t2\tme\n')
  const { code, stdout, stderr } = await format('{key} {colour}')
  assert.deepEqual([code, stdout], [0, ''])
  assert.match(stderr, /No result has all names of the template/)
  const done = await bindery(['cp', 'oss://demo/format/a', 'oss://demo/format/b', '--format', '{to} {etag}'])
  assert.match(done.stdout, /^oss:\/\/demo\/format\/b [0-9A-F]{32}\n$/)
})

test('a download into a device or through a link replaces neither', async () => {
  await client.put('device', 'bytes for a device')
  const full = await bindery(['cp', 'oss://demo/device', '/dev/full'])
  assert.equal(full.code, 3)
  assert.match(full.stderr, /no space left/)
  assert.ok((await stat('/dev/full')).isCharacterDevice())
  await succeed(['cp', 'oss://demo/device', '/dev/null'])
  await writeFile(path.join(folder, 'real'), 'old')
  await symlink('real', path.join(folder, 'link'))
  await succeed(['cp', 'oss://demo/device', path.join(folder, 'link')])
  assert.equal(await readFile(path.join(folder, 'real'), 'utf8'), 'bytes for a device')
  assert.ok((await lstat(path.join(folder, 'link'))).isSymbolicLink())
})

test('ls lists what its flags name', async () => {
  for (const key of ['flags/a', 'flags/b', 'flags/c']) await client.put(key, key)
  assert.match(
    await succeed(['ls', 'oss://demo/flags/', '--long']),
    /^[0-9A-F]{32} +Normal +\S+Z +7 +Standard +oss:\/\/demo\/flags\/a$/m,
  )
  const some = await succeed([
    'ls',
    'oss://demo/flags/',
    '--start-after',
    'flags/a',
    '--limited-num',
    '1',
    '--format',
    '{key}',
  ])
  assert.equal(some, 'flags/b\n')
  const { uploadId } = await client.multipart.initiate({ key: 'flags/open' })
  assert.match(
    await succeed(['ls', 'oss://demo/flags/', '--mpu']),
    new RegExp(`0 +0 +${uploadId} +oss://demo/flags/open`),
  )
})

test('an address with a profile is on the server of the profile, and a copy between two servers keeps bytes and properties', async (t) => {
  const other = await start(t, path.join(newFolder(t), 'data'))
  const { endpoint, accessKeyId, accessKeySecret } = other
  const settings = [
    `endpoint = ${endpoint}`,
    `access-key-id = ${accessKeyId}`,
    `access-key-secret = ${accessKeySecret}`,
  ]
  await writeFile(path.join(folder, 'config'), `[offsite]\n${settings.join('\n')}\n`)
  const bytes = Buffer.alloc(20_000_001, 'bindery ')
  await client.put('far/large', bytes, { contentType: 'text/x-far', meta: { owner: 'me' }, tags: { stage: 'raw' } })
  await client.put('far/small', 'small')
  await succeed(['sync', 'oss://demo/far/', 'offsite:demo/far/'])
  assert.match(
    await succeed(['ls', 'offsite:demo', '-r', '--format', '{address}']),
    /^offsite:demo\/far\/large\noffsite:demo\/far\/small\n$/,
  )
  await succeed(['hash', 'oss://demo/far/large', 'offsite:demo/far/large'])
  const stat = linesOf(await succeed(['stat', 'offsite:demo/far/large', '--json']))[0]
  assert.deepEqual([stat?.contentType, stat?.meta], ['text/x-far', { owner: 'me' }])
  assert.match(await succeed(['tag', 'offsite:demo/far/large']), /stage.*raw/)
  await succeed(['cp', 'offsite:demo/far/small', path.join(folder, 'small')])
  assert.equal(await readFile(path.join(folder, 'small'), 'utf8'), 'small')
  await succeed(['mv', 'offsite:demo/far/small', 'oss://demo/far/back'])
  assert.equal(await succeed(['ls', 'offsite:demo/far/small']), '')
  await writeFile(
    path.join(folder, 'config'),
    ['one', 'two'].map((name) => `[${name}]\n${settings.join('\n')}\n`).join(''),
  )
  await succeed(['cp', 'one:demo/far/large', 'one:demo/far/own'])
  await succeed(['mv', 'one:demo/far/own', 'two:demo/far/own'])
  assert.notEqual(await succeed(['ls', 'one:demo/far/own']), '')
  for (let run = 1; run <= 2; run += 1) await succeed(['cp', '-r', 'one:demo/far/', 'two:demo/far/again/', '--yes'])
  assert.equal(await succeed(['ls', 'one:demo/far/again/again/']), '')
  const unknown = await bindery(['ls', 'nowhere:demo'])
  assert.equal(unknown.code, 1)
  assert.match(unknown.stderr, /there is no profile nowhere/)
})

test('rules of names come from flags and files, and the last one that matches decides', async () => {
  const from = await tree('rules', ['a.jpg', 'b.txt', 'raw/c.jpg', 'raw/d.txt'])
  const rules = await newFile('rules.txt', '# a comment\n- *\n\n+ *.jpg\n')
  const patterns = await newFile('patterns.txt', 'raw/**\n')
  const taken = async (...flags: readonly string[]) =>
    linesOf(await succeed(['cp', '-r', from, 'oss://demo/rules/', '--dry-run', '--json', ...flags]))
      .map(({ to }) => String(to).replace('oss://demo/rules/', ''))
      .sort()
  assert.deepEqual(await taken('--filter', '- *.txt'), ['a.jpg', 'raw/c.jpg'])
  assert.deepEqual(await taken('--filter-from', rules), ['a.jpg', 'raw/c.jpg'])
  assert.deepEqual(await taken('--filter-from', rules, '--exclude-from', patterns), ['a.jpg'])
  assert.deepEqual(await taken('--include-from', patterns, '--filter', '- d.*'), ['raw/c.jpg'])
  assert.match(
    (await bindery(['ls', 'oss://demo', '--filter', '*.jpg'])).stderr,
    /Expected: a rule such as "\+ \*\.jpg"/,
  )
  assert.equal((await bindery(['ls', 'oss://demo', '--include-from', `${rules}.missing`])).code, 1)
  const piped = await succeed(['sync', from, 'oss://demo/rules/', '--dry-run', '--filter-from', '-'], '- *\n+ b.txt\n')
  assert.match(piped, /^\S+b\.txt → \S+b\.txt\n$/)
})

test('objects are selected by their user metadata', async () => {
  for (const [key, stage] of [
    ['a', 'raw'],
    ['b', 'done'],
    ['c', 'raw/old'],
  ]) {
    await client.put(`by-meta/${key}`, 'x', { meta: { stage: stage ?? '' } })
  }
  await client.put('by-meta/d', 'x')
  const found = async (...flags: readonly string[]) =>
    (await succeed(['find', 'oss://demo/by-meta/', '--format', '{name}', ...flags])).trim().split('\n')
  assert.deepEqual(await found('--metadata-include', 'stage=raw'), ['a'])
  assert.deepEqual(await found('--metadata-include', 'Stage=raw**'), ['a', 'c'])
  assert.deepEqual(await found('--metadata-include', 'stage', '--metadata-exclude', 'stage=d*'), ['a', 'c'])
  await succeed(['cp', '-r', 'oss://demo/by-meta/', 'oss://demo/by-meta-copy/', '--metadata-exclude', 'stage=raw**'])
  assert.deepEqual(await keys('by-meta-copy/'), ['by-meta-copy/b', 'by-meta-copy/d'])
  await succeed(['rm', '-r', 'oss://demo/by-meta/', '--metadata-include', 'stage', '--yes'])
  assert.deepEqual(await keys('by-meta/'), ['by-meta/d'])
  const versions = await bindery(['rm', '-r', 'oss://demo/', '--metadata-include', 'a', '--all-versions', '--yes'])
  assert.equal(versions.code, 1)
})

test('ls, du, sync and find take objects by their user metadata too, and files have none', async () => {
  const put = (key: string, stage: string) => client.put(`staged/${key}`, key, { meta: { stage } })
  await Promise.all([put('a', 'raw'), put('b', 'done'), put('f/c', 'raw')])
  const listed = async (...flags: readonly string[]) =>
    (await succeed(['ls', 'oss://demo/staged/', '--format', '{address}', ...flags])).trim().split('\n')
  assert.deepEqual(await listed('-r', '--metadata-include', 'stage=raw'), [
    'oss://demo/staged/a',
    'oss://demo/staged/f/c',
  ])
  assert.deepEqual(await listed('--metadata-filter', '- stage=raw'), ['oss://demo/staged/b', 'oss://demo/staged/f/'])
  const sums = linesOf(await succeed(['du', 'oss://demo/staged/', '--metadata-exclude', 'stage=raw', '--json']))
  assert.equal(sums.at(-1)?.count, 1)
  await succeed(['sync', 'oss://demo/staged/', 'oss://demo/staged-copy/', '--metadata-include', 'stage=raw'])
  assert.deepEqual(await keys('staged-copy/'), ['staged-copy/a', 'staged-copy/f/c'])
  const rules = ['--metadata-filter', '+ stage=*', '--metadata-filter', '- stage=d*']
  await succeed(['sync', 'oss://demo/staged/', path.join(folder, 'staged'), ...rules])
  assert.deepEqual((await readdir(path.join(folder, 'staged'))).sort(), ['a', 'f'])
  for (const args of [
    ['cp', '-r', folder, 'oss://demo/x/', '--metadata-include', 'a'],
    ['sync', folder, 'oss://demo/x/', '--metadata-exclude', 'a'],
    ['find', folder, '--limited-num', '1'],
    ['ls', 'oss://demo', '--versions', '--metadata-include', 'a'],
    ['ls', 'oss://demo', '--metadata-filter', 'stage=raw'],
  ]) {
    assert.equal((await bindery(args)).code, 1, args.join(' '))
  }
})

test('commands on several objects take those of a range of keys, and so many at most', async () => {
  for (const key of ['a', 'b', 'c', 'd', 'e']) await client.put(`range/${key}`, 'x')
  const inner = ['--start-after', 'range/a', '--end-with', 'range/d', '--page-size', '1']
  const names = async (...args: readonly string[]) =>
    [...(await succeed(args)).matchAll(/oss:\/\/demo\/range\/(\w)(?=\s|$)/g)].map(([, name]) => name).join('')
  assert.equal(await names('ls', 'oss://demo/range/', ...inner), 'bcd')
  assert.equal(await names('find', 'oss://demo/range/', ...inner, '--limited-num', '2'), 'bc')
  assert.equal(await names('rm', '-r', 'oss://demo/range/', ...inner, '--dry-run', '--limited-num', '1'), 'b')
  assert.equal(await names('rm', '-r', 'oss://demo/range/', '--all-versions', ...inner, '--dry-run'), 'bcd')
  assert.equal(await names('set-props', '-r', 'oss://demo/range/', ...inner, '--dry-run', '--acl', 'private'), 'bcd')
  assert.equal((await succeed(['presign', '-r', 'oss://demo/range/', ...inner])).trim().split('\n').length, 3)
  assert.equal(linesOf(await succeed(['du', 'oss://demo/range/', ...inner, '--json'])).at(-1)?.count, 3)
  await succeed(['cp', '-r', 'oss://demo/range/', 'oss://demo/ranged/', ...inner, '--limited-num', '2'])
  assert.deepEqual(await keys('ranged/'), ['ranged/b', 'ranged/c'])
  const one = await bindery(['rm', 'oss://demo/range/a', '--end-with', 'b'])
  assert.deepEqual([one.code, /--end-with/.test(one.stderr)], [1, true])
})

test('a source in which nothing is found is named as it was given', async () => {
  const pattern = await bindery(['cp', 'oss://demo/no*such', folder])
  assert.equal(pattern.code, 3)
  assert.match(pattern.stderr, /There is nothing at oss:\/\/demo\/no\*such\./)
  const prefix = await bindery(['sync', 'oss://demo/no-such-prefix/', path.join(folder, 'empty')])
  assert.deepEqual([prefix.code, /There is nothing at oss:\/\/demo\/no-such-prefix\//.test(prefix.stderr)], [0, true])
})

test('cp takes the comparisons of sync, and sync the rule of cp to keep what exists', async () => {
  await newFile('compared/same', 'same')
  await newFile('compared/sized', 'aaaa')
  await newFile('compared/longer', 'aaaaa')
  const from = path.join(folder, 'compared')
  const reset = async () => {
    for (const name of ['same', 'sized', 'longer']) await client.put(`compared/${name}`, 'same')
  }
  const transferred = async (...args: readonly string[]) => {
    await reset()
    const lines = linesOf(await succeed([...args, from, 'oss://demo/compared/', '--json']))
    return lines.flatMap(({ t, to }) => (t === 'done' ? [String(to).split('/').at(-1)] : [])).sort()
  }
  assert.deepEqual(await transferred('cp', '-r', '--checksum'), ['longer', 'sized'])
  assert.deepEqual(await transferred('cp', '-r', '--size-only'), ['longer'])
  assert.deepEqual(await transferred('cp', '-r', '--overwrite', 'size'), ['longer'])
  assert.deepEqual(await transferred('sync', '--ignore-existing'), [])
  assert.equal(Buffer.from(await client.get('compared/longer')).toString(), 'same')
})
