import { runRooms } from './helpers/room.ts'

await runRooms('bin')
