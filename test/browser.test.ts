import { runRoom } from './helpers/room.ts'

await runRoom('browser')
