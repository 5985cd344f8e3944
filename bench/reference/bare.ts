import { report, webhookServer } from './webhook.ts'

// B: signature and JSON.parse, nothing kept.
await report(webhookServer(() => undefined))
