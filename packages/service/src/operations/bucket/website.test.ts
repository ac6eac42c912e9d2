import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BUCKET, call, element, elements, type StartedService, startWithBucket } from '../../testing/index.js'

const website = (inner: string) => `<WebsiteConfiguration>${inner}</WebsiteConfiguration>`
const INDEX = '<IndexDocument><Suffix>index.html</Suffix></IndexDocument>'
const ERROR = '<ErrorDocument><Key>error.html</Key></ErrorDocument>'
const rules = (inner: string) => website(`<RoutingRules>${inner}</RoutingRules>`)
const rule = (redirect: string, condition = '', number = '1') =>
  `<RoutingRule><RuleNumber>${number}</RuleNumber><Condition>${condition}</Condition><Redirect>${redirect}</Redirect></RoutingRule>`
const EXTERNAL = '<RedirectType>External</RedirectType>'
const MIRROR = '<RedirectType>Mirror</RedirectType><MirrorURL>http://origin.example/</MirrorURL>'
const NOT_FOUND = '<HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals>'

function put(started: StartedService, body: string) {
  return call(started, { method: 'PUT', bucket: BUCKET, query: { website: '' }, body })
}

function ask(started: StartedService, method: 'GET' | 'DELETE') {
  return call(started, { method, bucket: BUCKET, query: { website: undefined } })
}

test('a website is kept as it was set, with defaults for what was left out', async () => {
  const started = await startWithBucket()
  const none = await ask(started, 'GET')
  assert.deepEqual([none.status, element(none.text, 'Code')], [404, 'NoSuchWebsiteConfiguration'])
  assert.equal((await put(started, website(INDEX + ERROR))).status, 200)
  assert.match(
    (await ask(started, 'GET')).text,
    /<IndexDocument><Suffix>index.html<\/Suffix><SupportSubDir>false<\/SupportSubDir><Type>0<\/Type><\/IndexDocument><ErrorDocument><Key>error.html<\/Key><HttpStatus>404<\/HttpStatus><\/ErrorDocument>/,
  )
  for (let times = 0; times < 2; times += 1) assert.equal((await ask(started, 'DELETE')).status, 204)
  assert.equal((await ask(started, 'GET')).status, 404)
})

test('routing rules keep every element, even those of mirroring that Bindery does not interpret', async () => {
  const started = await startWithBucket()
  const first = rule(
    `<RedirectType>Mirror</RedirectType><PassQueryString>true</PassQueryString><MirrorURL>http://origin.example/</MirrorURL><MirrorPassQueryString>true</MirrorPassQueryString><MirrorFollowRedirect>false</MirrorFollowRedirect><MirrorCheckMd5>true</MirrorCheckMd5><MirrorHeaders><PassAll>true</PassAll><Pass>a-b</Pass><Pass>c</Pass><Remove>d</Remove><Set><Key>e</Key><Value>f</Value></Set></MirrorHeaders><MirrorSNI>true</MirrorSNI><MirrorReturnHeaders><ReturnHeader><Key>k</Key><Value>&amp;</Value></ReturnHeader></MirrorReturnHeaders>`,
    `<KeyPrefixEquals>abc/</KeyPrefixEquals>${NOT_FOUND}<IncludeHeader><Key>host</Key><Equals>h</Equals></IncludeHeader>`,
  )
  const second = rule(
    `<RedirectType>AliCDN</RedirectType><Protocol>http</Protocol><HostName>h</HostName><PassQueryString>false</PassQueryString><ReplaceKeyWith>p/\${key}.s</ReplaceKeyWith><HttpRedirectCode>301</HttpRedirectCode>`,
    '',
    '2',
  )
  const sent = rules(first + second)
  const set = await put(started, sent)
  assert.equal(set.status, 200, set.text)
  assert.equal((await ask(started, 'GET')).text, `<?xml version="1.0" encoding="UTF-8"?>\n${sent}`)
})

test('an index or error page without a name is left out next to rules, as the first Go SDK writes them', async () => {
  const started = await startWithBucket()
  const empty = '<IndexDocument><Suffix></Suffix></IndexDocument><ErrorDocument><Key></Key></ErrorDocument>'
  const set = await put(started, rules(rule(MIRROR, NOT_FOUND)).replace('<RoutingRules>', `${empty}<RoutingRules>`))
  assert.equal(set.status, 200, set.text)
  const { text } = await ask(started, 'GET')
  assert.deepEqual([elements(text, 'Suffix'), elements(text, 'ErrorDocument')], [[], []])
})

test('a rule that mirrors has defaults for what SDKs read without checking', async () => {
  const started = await startWithBucket()
  await put(started, rules(rule(MIRROR, NOT_FOUND)))
  const { text } = await ask(started, 'GET')
  const names = ['PassQueryString', 'MirrorPassQueryString', 'MirrorFollowRedirect', 'MirrorCheckMd5', 'PassAll']
  assert.deepEqual(
    names.map((name) => element(text, name)),
    ['false', 'false', 'true', 'false', 'false'],
  )
})

test('an empty element is one that was left out', async () => {
  const started = await startWithBucket()
  const empty =
    '<Protocol/><HostName/><PassQueryString/><ReplaceKeyWith/><HttpRedirectCode/><MirrorURL></MirrorURL><MirrorCheckMd5/>'
  const set = await put(started, rules(rule(EXTERNAL + empty, '<KeyPrefixEquals/><HttpErrorCodeReturnedEquals/>')))
  assert.equal(set.status, 200, set.text)
  const { text } = await ask(started, 'GET')
  assert.deepEqual(elements(text, 'HttpRedirectCode'), [])
  assert.deepEqual(elements(text, 'MirrorURL'), [])
})

test('a website that breaks a rule is refused, and nothing is stored', async () => {
  const started = await startWithBucket()
  const status = (code: number) => `<HttpErrorCodeReturnedEquals>${code}</HttpErrorCodeReturnedEquals>`
  const mirrorUrl = (url: string) => `<RedirectType>Mirror</RedirectType><MirrorURL>${url}</MirrorURL>`
  const many = (name: string, inner: string) => `<${name}>${inner}</${name}>`.repeat(11)
  const refused: readonly (readonly [body: string, code: string])[] = [
    [website(''), 'MalformedXML'],
    [rules(''), 'MalformedXML'],
    [website('<IndexDocument><Suffix></Suffix></IndexDocument>'), 'InvalidArgument'],
    [website('<IndexDocument></IndexDocument>'), 'MalformedXML'],
    [website('<IndexDocument><Suffix>i</Suffix><Type>3</Type></IndexDocument>'), 'InvalidArgument'],
    [website('<IndexDocument><Suffix>i</Suffix><SupportSubDir>1</SupportSubDir></IndexDocument>'), 'MalformedXML'],
    [website('<ErrorDocument><Key></Key></ErrorDocument>'), 'InvalidArgument'],
    [website('<ErrorDocument><Key>e</Key><HttpStatus>500</HttpStatus></ErrorDocument>'), 'InvalidArgument'],
    [rules(`<RoutingRule><Redirect>${EXTERNAL}</Redirect></RoutingRule>`), 'MalformedXML'],
    [rules('<RoutingRule><RuleNumber>1</RuleNumber></RoutingRule>'), 'MalformedXML'],
    [rules(rule(EXTERNAL, '', '0')), 'InvalidArgument'],
    [rules(rule('<RedirectType>Elsewhere</RedirectType>')), 'InvalidArgument'],
    [rules(rule(`${EXTERNAL}<HttpRedirectCode>404</HttpRedirectCode>`)), 'InvalidArgument'],
    [rules(rule(`${EXTERNAL}<Protocol>ftp</Protocol>`)), 'InvalidArgument'],
    [rules(rule(EXTERNAL, status(200))), 'InvalidArgument'],
    [
      rules(rule(`${EXTERNAL}<ReplaceKeyWith>a</ReplaceKeyWith><ReplaceKeyPrefixWith>b</ReplaceKeyPrefixWith>`)),
      'InvalidArgument',
    ],
    [rules(rule(MIRROR, status(403))), 'InvalidArgument'],
    [rules(rule(MIRROR)), 'InvalidArgument'],
    [rules(rule('<RedirectType>Mirror</RedirectType>', NOT_FOUND)), 'InvalidArgument'],
    [rules(rule(mirrorUrl('ftp://origin/'), NOT_FOUND)), 'InvalidArgument'],
    [rules(rule(mirrorUrl('http://origin'), NOT_FOUND)), 'InvalidArgument'],
    [rules(rule(EXTERNAL, many('IncludeHeader', '<Key>k</Key>'))), 'InvalidArgument'],
    [rules(rule(`${MIRROR}<MirrorHeaders>${many('Pass', 'p')}</MirrorHeaders>`, NOT_FOUND)), 'InvalidArgument'],
    [rules(rule(`${MIRROR}<MirrorHeaders>${many('Remove', 'r')}</MirrorHeaders>`, NOT_FOUND)), 'InvalidArgument'],
    [rules(rule(`${MIRROR}<MirrorHeaders><Pass>a_b</Pass></MirrorHeaders>`, NOT_FOUND)), 'InvalidArgument'],
    [
      rules(rule(`${MIRROR}<MirrorHeaders><Set><Key>k</Key><Value>a\nb</Value></Set></MirrorHeaders>`, NOT_FOUND)),
      'InvalidArgument',
    ],
    [rules(Array.from({ length: 21 }, (_, n) => rule(EXTERNAL, '', String(n + 1))).join('')), 'InvalidArgument'],
  ]
  for (const [body, code] of refused) {
    const { status, text } = await put(started, body)
    assert.deepEqual([status, element(text, 'Code')], [400, code], body)
  }
  assert.equal((await ask(started, 'GET')).status, 404)
})
