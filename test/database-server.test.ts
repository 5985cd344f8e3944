import { runRooms } from './helpers/room.ts'

await runRooms('database-server')
