import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { test } from 'node:test'
import { atEnd } from '../../../../test/support/at-end.mjs'
import { createLog } from '../log.js'
import { OtlpTraces, spanOf } from './otlp-traces.js'

interface Document {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly object[] }[] }[]
}

const MEASURED = {
  answer: { status: 200, log: { requestId: 'R', operation: 'PutObject', bucket: 'demo', key: 'a' } },
  method: 'PUT',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  bytesReceived: 10,
  bytesSent: 0,
  milliseconds: 2.5,
  headMilliseconds: 2,
}

test('a span has the times of its request, its facts, and the trace that the client began', () => {
  const span = spanOf(MEASURED, 1_700_000_000_000)
  assert.equal(span.traceId, '0af7651916cd43dd8448eb211c80319c')
  assert.equal(span.parentSpanId, 'b7ad6b7169203331')
  assert.match(span.spanId, /^[0-9a-f]{16}$/)
  assert.deepEqual([span.name, span.kind], ['PutObject', 2])
  assert.deepEqual([span.startTimeUnixNano, span.endTimeUnixNano], ['1699999999997500000', '1700000000000000000'])
  assert.deepEqual(span.attributes.slice(0, 3), [
    { key: 'http.request.method', value: { stringValue: 'PUT' } },
    { key: 'http.response.status_code', value: { intValue: '200' } },
    { key: 'http.request.body.size', value: { intValue: '10' } },
  ])
  const own = spanOf({ ...MEASURED, traceparent: 'x', answer: { ...MEASURED.answer, status: 500 } }, 0)
  assert.match(own.traceId, /^[0-9a-f]{32}$/)
  assert.deepEqual([own.parentSpanId, own.status], [undefined, { code: 2 }])
})

test('spans are sent to the collector together, and the rest when it closes', async (t) => {
  const received: { url: string | undefined; document: Document }[] = []
  const collector = createServer(async (request, response) => {
    received.push({ url: request.url, document: (await json(request)) as Document })
    response.end('{}')
  })
  collector.listen(0, '127.0.0.1')
  await once(collector, 'listening')
  atEnd(t, () => collector.close())
  const { port } = collector.address() as AddressInfo
  const log = createLog('silent', { readable: false })
  const traces = new OtlpTraces({ endpoint: `http://127.0.0.1:${port}`, version: '1.2.3', log })
  traces.observe(MEASURED)
  traces.observe(MEASURED)
  await traces.close()
  assert.equal(received.length, 1)
  assert.equal(received[0]?.url, '/v1/traces')
  const spans = received.flatMap(({ document }) =>
    document.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
  )
  assert.equal(spans.length, 2)
})

test('a collector that does not answer costs traces and nothing else', async () => {
  const log = createLog('silent', { readable: false })
  const traces = new OtlpTraces({ endpoint: 'http://127.0.0.1:1', version: '1', log })
  for (let n = 0; n < 5_000; n += 1) traces.observe(MEASURED)
  await traces.close()
})
