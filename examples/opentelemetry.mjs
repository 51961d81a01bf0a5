// OpenTelemetry for the operations of a session store: a span for each one, which is a child of the HTTP request's span,
// and the histogram `db.client.operation.duration`. Node loads this file before the application, which stays as it is:
//
//   npm install @opentelemetry/api @opentelemetry/instrumentation-http @opentelemetry/sdk-node
//   OTEL_TRACES_EXPORTER=console OTEL_METRICS_EXPORTER=console node --import ./examples/opentelemetry.mjs examples/esm.mjs
//
// Without these two variables, the SDK sends everything to the OpenTelemetry collector on 127.0.0.1.

import { subscribe } from 'node:diagnostics_channel'
import { SpanKind, SpanStatusCode, metrics, trace } from '@opentelemetry/api'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { NodeSDK } from '@opentelemetry/sdk-node'

const sdk = new NodeSDK({ instrumentations: [new HttpInstrumentation()] })
sdk.start()
// An application that ends by itself, as after a graceful shutdown, leaves nothing behind.
process.once('beforeExit', () => sdk.shutdown())

const tracer = trace.getTracer('connect-mongo-native')
const durations = metrics.getMeter('connect-mongo-native').createHistogram('db.client.operation.duration', {
  description: 'Duration of database client operations.',
  unit: 's',
  advice: { explicitBucketBoundaries: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10] },
})

for (const operation of ['get', 'set', 'touch', 'destroy', 'all', 'length', 'clear']) {
  subscribe(`connect-mongo-native:${operation}`, record)
}

/** Records an operation that is answered. The message comes in the context of the call, so the active span is the parent. */
function record({ operation, database, collection, duration, error }) {
  // https://opentelemetry.io/docs/specs/semconv/db/
  const attributes = {
    'db.system.name': 'mongodb',
    'db.namespace': database,
    'db.collection.name': collection,
    'db.operation.name': operation,
    'error.type': error?.name,
  }
  durations.record(duration / 1000, attributes)

  const now = performance.now()
  const span = tracer.startSpan(`${operation} ${collection}`, {
    kind: SpanKind.CLIENT,
    startTime: now - duration,
    attributes,
  })
  if (error) span.setStatus({ code: SpanStatusCode.ERROR, message: error.message })
  span.end(now)
}
