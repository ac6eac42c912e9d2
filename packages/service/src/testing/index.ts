export { call, element, elements, type TestRequest, type TestResponse, untouchable } from './call.js'
export { OTHER, ROOT, type StartedService, startService } from './start-service.js'
